"""What reward processes cost a training on a GPU: steps a second, three ways in turn.

Simulation alone, with random actions; training with a reward compiled into the simulator's step
(Playground's own); training with as many candidates in reward processes, of three signals each.
The target of the design: processes cost under 10 % of the training.

`python tests/benchmarks/bench_gpu.py` on a machine with a GPU writes results/gpu.json;
`--device cpu` only tries it out, tiny, and writes nothing but what `--json PATH` names.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rewardsmith.backends.worlds import jax_module
from rewardsmith.bench import machine
from rewardsmith.environments import Environment, load_environment
from rewardsmith.records import TrainJob, TrainReward
from rewardsmith.sandbox import RewardServer
from rewardsmith.training.device.simulation import DeviceSimulation
from rewardsmith.training.device.training import DeviceTraining
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import resolve_settings
from rewardsmith.training.setup import Setup
from rewardsmith.training.simulation import environment_seeds
from rewardsmith.training.stack import TRAINING_STREAM, Member
from rewardsmith.versions import installed_versions

RESULTS = Path(__file__).parent / "results" / "gpu.json"
REWARD = """
def compute_reward({first}, {second}, action):
    a = np.tanh({first}){first_sum}
    b = -0.1 * np.abs({second}){second_sum}
    c = -0.01 * {weight} * np.sum(action**2, axis=-1)
    return a + b + c, {{"first": a, "second": b, "effort": c}}
"""
SIZES = {
    # members, environments of a member, steps of a block, blocks of a round, rounds
    "cuda": (16, 256, 32, 4, 7),
    "cpu": (2, 8, 16, 1, 2),
}
TASKS = {
    "cuda": ("pendulum-swingup", "cartpole-swingup", "cheetah-run"),
    "cpu": ("pendulum-swingup",),
}


def wait(device: str) -> None:
    """Until the device has done all that it was told."""
    if device == "cuda":
        torch.cuda.synchronize()


def candidates(environment: Environment, count: int) -> tuple[TrainReward, ...]:
    """As many rewards, alike but for a weight."""
    first, second = environment.signals[:2]
    sums = [".sum(axis=-1)" if signal.shape else "" for signal in (first, second)]
    names = {"first": first.name, "second": second.name}
    names |= {"first_sum": sums[0], "second_sum": sums[1]}
    return tuple(
        TrainReward(id=f"c{number:02d}", source=REWARD.format(**names, weight=1.0 + number))
        for number in range(count)
    )


def simulation(environment: Environment, device: str) -> Callable[[], None]:
    """A block of random actions, and nothing else."""
    members, width, steps, *_ = SIZES[device]
    seeds = environment_seeds(0, TRAINING_STREAM, members * width)
    simulated = DeviceSimulation(environment, seeds, device)
    size = (steps, members * width, simulated.actions.outputs)
    actions = torch.from_numpy(np.random.default_rng(0).normal(size=size).astype(np.float32))
    actions = actions.to(device)
    return lambda: (simulated.run(steps, lambda step: actions[step]), wait(device))[1]


def training(
    environment: Environment,
    rewards: Sequence[TrainReward],
    server: RewardServer | None,
    device: str,
    folder: str,
) -> Callable[[], None]:
    """A block of training: rollout, rewards, update."""
    members, width, steps, *_ = SIZES[device]
    rows = width * steps
    settings = resolve_settings(
        {"environments": width, "rollout": steps, "minibatch": rows // 4, "epochs": 4},
        {"device": device},
    )
    job = TrainJob(
        id="bench",
        environment=environment.specification,
        rewards=tuple(rewards),
        seeds=tuple(range(members // len(rewards))),
        steps=1_000_000 * rows,
        folder=folder,
    )
    chosen = [Member(reward, seed) for reward in rewards for seed in job.seeds]
    scorer = Scorer(rewards, environment, server, rows)
    trained = DeviceTraining(
        Setup(job, environment, settings, scorer), [(member, None) for member in chosen], device
    )

    def block() -> None:
        failed = list(trained._block(1))
        assert not failed, failed
        wait(device)

    return block


def measure(name: str, device: str, server: RewardServer) -> dict[str, Any]:
    """Steps a second of the three ways, round by round in turn."""
    environment = load_environment(name, backend="playground")
    members, width, steps, blocks, rounds = SIZES[device]
    own = [TrainReward(id="human", kind="human")]
    with tempfile.TemporaryDirectory() as folder:
        ways = {
            "simulation": simulation(environment, device),
            "compiled_reward": training(environment, own, None, device, folder),
            "reward_processes": training(
                environment, candidates(environment, members), server, device, folder
            ),
        }
        for way in ways.values():
            way()  # compiles
        speeds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, block in ways.items():
                began = time.perf_counter()
                for _ in range(blocks):
                    block()
                seconds = time.perf_counter() - began
                speeds[way].append(blocks * members * width * steps / seconds)
    costs = [
        1.0 - processes / compiled
        for processes, compiled in zip(
            speeds["reward_processes"], speeds["compiled_reward"], strict=True
        )
    ]
    row: dict[str, Any] = {"environment": name, "candidates": members}
    row |= {"environments": members * width, "steps_of_a_block": steps}
    row["steps_per_second"] = {way: summary(values) for way, values in speeds.items()}
    return row | {"cost_of_processes": summary(costs)}


def summary(values: Sequence[float]) -> dict[str, float]:
    """Median, smallest and largest."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    gpu = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", choices=sorted(SIZES), default=gpu)
    parser.add_argument("--environment", action="append", help="instead of the usual ones")
    parser.add_argument("--json", type=Path, help="where results are written")
    asked = parser.parse_args()
    where = asked.json or (RESULTS if asked.device == "cuda" else None)
    jax_module()
    with RewardServer.start() as server:
        rows = []
        for name in asked.environment or TASKS[asked.device]:
            rows.append(measure(name, asked.device, server))
            print(json.dumps(rows[-1], indent=1), flush=True)
    device = torch.cuda.get_device_name() if asked.device == "cuda" else "a processor, no GPU"
    told = {
        "command": "python tests/benchmarks/bench_gpu.py",
        "machine": f"{machine()}; {device}",
        "date": datetime.now(UTC).date().isoformat(),
        "versions": installed_versions(),
        "rows": rows,
    }
    if where is not None:
        where.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
