"""Sixteen candidates: our population beside the peers' way, equal environment steps, one machine.

    python tests/benchmarks/bench_peers.py [--parts 4] [--environments cartpole half-cheetah]

The peers' way, written here as they do it: one fresh process a candidate, as many at a time as
there are cores, Stable-Baselines3's PPO with its defaults, the reward called at every step in
Python, then episodes of evaluation.  One thread a process: with more, processes slow each other.
Ours: one job of sixteen members, from the start of its servers to the last evaluation, without
racing.  Both take turns: the sixteen candidates of the peers are split into parts, after each part
ours trains all sixteen, and what stands for the peers' sixteen is the part's time multiplied.
`load` is what else ran on the machine.  Prints and writes results/peers.json after each part;
what it has of other environments stays.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results" / "peers.json"
CANDIDATES = 16
EPISODES = 5
CARTPOLE = """def compute_reward(pole_angle, cart_position):
    upright = 1.0 - {weight:.4f} * np.abs(pole_angle)
    centred = -0.1 * np.abs(cart_position)
    return upright + centred, {{"upright": upright, "centred": centred}}
"""
HALF_CHEETAH = """def compute_reward(forward_velocity, action):
    speed = 1.0 * forward_velocity
    effort = -{weight:.4f} * np.sum(action**2, axis=-1)
    return speed + effort, {{"speed": speed, "effort": effort}}
"""
TASKS = {
    "cartpole": ("CartPole-v1", 40_960, CARTPOLE, (0.5, 4.0)),
    "half-cheetah": ("HalfCheetah-v5", 20_480, HALF_CHEETAH, (0.02, 0.4)),
}
"""Gymnasium's id, environment steps of a candidate, its code, the range of its weight."""


def sources(name: str) -> list[str]:
    """The candidates' code."""
    _, _, text, (low, high) = TASKS[name]
    return [text.format(weight=weight) for weight in np.linspace(low, high, CANDIDATES)]


def signals(name: str, obs: np.ndarray, action: np.ndarray, info: dict[str, float]) -> dict:
    """What a candidate of the peers reads, at one step."""
    if name == "cartpole":
        return {"pole_angle": obs[2], "cart_position": obs[0]}
    return {"forward_velocity": info["x_velocity"], "action": action}


def rewarded(name: str, source: str):
    """The simulator with a candidate's reward in every step."""
    import gymnasium

    scope = {"np": np}
    exec(source, scope)  # the peers run a model's code as it comes
    compute_reward = scope["compute_reward"]

    class Rewarded(gymnasium.Wrapper):
        def step(self, action):
            obs, _, terminated, truncated, info = self.env.step(action)
            total, parts = compute_reward(**signals(name, obs, action, info))
            return obs, float(total), terminated, truncated, {**info, **parts}

    return Rewarded(gymnasium.make(TASKS[name][0]))


def peer(name: str, source: str, seed: int) -> float:
    """One candidate in this process, start to end; its fitness."""
    import torch
    from stable_baselines3 import PPO

    torch.set_num_threads(1)
    environment = rewarded(name, source)
    model = PPO("MlpPolicy", environment, seed=seed, device="cpu").learn(TASKS[name][1])
    return statistics.fmean(evaluate(name, model, environment) for _ in range(EPISODES))


def evaluate(name: str, model, environment) -> float:
    """The fitness of one episode: steps for cartpole, metres for half-cheetah."""
    obs, _ = environment.reset()
    fitness, done = 0.0, False
    while not done:
        action, _ = model.predict(obs, deterministic=True)
        obs, _, terminated, truncated, info = environment.step(action)
        fitness += 1.0 if name == "cartpole" else info["x_velocity"] * 0.05
        done = terminated or truncated
    return fitness


def run_peers(name: str, chosen: list[tuple[int, str]]) -> tuple[float, list[float]]:
    """Seconds and fitness of some candidates, a fresh process each, a core each."""

    def one(candidate: tuple[int, str]) -> float:
        number, source = candidate
        command = [sys.executable, __file__, "--peer", name, str(number), source]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(told.stdout.strip().splitlines()[-1])

    began = time.monotonic()
    with ThreadPoolExecutor(cores()) as pool:
        fitness = list(pool.map(one, chosen))
    return time.monotonic() - began, fitness


def run_ours(
    name: str, steps: int | None = None, seed: int = 0, racing: str = "off"
) -> tuple[float, list[float]]:
    """Seconds from nothing to the last result, and the fitness of each candidate in order."""
    from rewardsmith import load_environment
    from rewardsmith.records import TrainJob, TrainResult, TrainReward
    from rewardsmith.training.racing import race
    from rewardsmith.workshop import Workshop

    began = time.monotonic()
    environment = load_environment(name)
    with tempfile.TemporaryDirectory() as folder, Workshop() as workshop:
        job = TrainJob(
            id="peers",
            environment=environment.specification,
            rewards=tuple(
                TrainReward(id=f"c{number:02d}", source=source)
                for number, source in enumerate(sources(name))
            ),
            seeds=(seed,),
            steps=steps or TASKS[name][1],
            folder=folder,
            evaluation_episodes=EPISODES,
        )
        replies = race(workshop.trainer, job, racing, maximum=environment.task.maximum)
        trained = [reply for reply in replies if isinstance(reply, TrainResult)]
        seconds = time.monotonic() - began
    trained.sort(key=lambda result: result.reward)
    return seconds, [value for result in trained for value in result.fitness]


@dataclass
class Measured:
    """What was measured of one environment so far, a part after the other."""

    name: str
    size: int
    """Candidates of the peers in a part."""
    theirs: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    fitness: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, part: int) -> None:
        """The peers' part, then ours whole."""
        self.loads.append(os.getloadavg()[0])
        chosen = list(enumerate(sources(self.name)))[part * self.size : (part + 1) * self.size]
        seconds, found = run_peers(self.name, chosen)
        self.theirs.append(seconds)
        self.fitness.setdefault("peers", []).extend(found)
        seconds, self.fitness["rewardsmith"] = run_ours(self.name)
        self.ours.append(seconds)

    def row(self) -> dict[str, object]:
        """The figures; the peers' seconds are for all candidates."""
        share = CANDIDATES / self.size
        theirs = [share * seconds for seconds in self.theirs]
        ratios = [peers / own for peers, own in zip(theirs, self.ours, strict=True)]
        return {
            "date": datetime.now(UTC).date().isoformat(),
            "steps": TASKS[self.name][1],
            "candidates": CANDIDATES,
            "peers_candidates_measured": self.size * len(theirs),
            "peers_seconds": _range(theirs),
            "rewardsmith_seconds": _range(self.ours),
            "ratio": _range(ratios),
            "load": _range(self.loads),
            "median_fitness": {
                way: round(statistics.median(values), 1) for way, values in self.fitness.items()
            },
        }


def _range(values: list[float]) -> dict[str, float]:
    found = {"median": statistics.median(values), "low": min(values), "high": max(values)}
    return {name: round(value, 1) for name, value in found.items()}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def main() -> None:
    """Measure, print, write."""
    if sys.argv[1:2] == ["--peer"]:
        name, number, source = sys.argv[2:5]
        print(peer(name, source, int(number)))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", type=int, default=4, choices=[1, 2, 4, 8])
    parser.add_argument("--environments", nargs="+", default=list(TASKS), choices=list(TASKS))
    arguments = parser.parse_args()
    size = CANDIDATES // arguments.parts
    measured = [Measured(name, size) for name in arguments.environments]
    for part in range(arguments.parts):
        for one in measured:
            one.measure(part)
            print(one.name, json.dumps(one.row()), flush=True)
            _write(arguments.parts, [known for known in measured if known.ours])


def _write(parts: int, measured: list[Measured]) -> None:
    kept = json.loads(RESULTS.read_text())["environments"] if RESULTS.is_file() else {}
    facts = {
        "command": f"python tests/benchmarks/bench_peers.py --parts {parts}",
        "machine": f"{platform.machine()}, {cores()} cores",
        "environments": {**kept, **{one.name: one.row() for one in measured}},
    }
    RESULTS.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
