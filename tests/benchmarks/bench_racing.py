"""May a generation's candidates be stopped early?  Rules of racing replayed on full trainings.

    python tests/benchmarks/bench_racing.py record [--environments ...] [--generations 4]
    python tests/benchmarks/bench_racing.py replay

`record` trains generations of candidates that the composer wrote and the critic let through, all
to their end, 8 candidates with 2 seeds each and three checkpoints, and writes what every member
had at its checkpoints and at its end to results/racing.json.  `replay` asks each rule what it
would have stopped, and prints and writes (results/racing.md) what that saves and what the
winner's final score, as it was recorded, is against the winner of full training.

The steps of some environments are fewer than the task's own.  Environments that rewardsmith does
not bring lie in tests/benchmarks/environments/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rewardsmith import load_environment, plan
from rewardsmith.archive import Archive
from rewardsmith.config import Config
from rewardsmith.critic import judge
from rewardsmith.environments import Environment
from rewardsmith.proposers.composer import Composer
from rewardsmith.records import Candidate, MemberResult, TrainJob, TrainResult, TrainReward
from rewardsmith.workshop import Workshop

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "racing.json"
STEPS = {
    "cartpole": 32_768,
    "mountain-car": 32_768,
    "mountain-car-continuous": 34_816,
    "acrobot": 40_960,
    "pendulum": 61_440,
}
EPISODES = 10
CANDIDATES, SEEDS, ASKED = 8, 2, 14


def propose(environment: Environment, shop: Workshop, seed: int) -> tuple[TrainReward, ...]:
    """The first eight candidates of a fresh generation that the critic lets through."""
    bank = shop.bank(environment)
    config = Config(candidates=ASKED, seed=seed)
    requests = plan.plan_generation(Archive(), plan.Brief.of(environment, bank), config, 0)
    passed: list[TrainReward] = []
    for key, proposal in Composer(seed=seed).propose(requests, lambda *_: None):
        candidate = Candidate(
            id=key, source=proposal.source, operator="initial", generation=0, index=len(passed)
        )
        if judge(candidate, environment, bank, shop.rewards).passed:
            passed.append(TrainReward(id=key, source=proposal.source))
    return tuple(passed[:CANDIDATES])


def member_facts(member: MemberResult) -> dict[str, Any]:
    """What the rules may read of a member, and how it ended."""
    return {
        "seed": member.seed,
        "fitness": member.fitness,
        "failure": member.failure,
        "checkpoint_steps": member.checkpoint_steps,
        "checkpoint_fitness": member.checkpoint_fitness,
        "checkpoint_return": member.checkpoint_return,
        "curve_steps": member.curve_steps,
        "curve_fitness": member.curve_fitness,
    }


def record_generation(name: str, generation: int, shop: Workshop) -> dict[str, Any]:
    """One generation trained to its end."""
    environment = load_environment(name)
    rewards = propose(environment, shop, generation)
    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id=f"{name}-{generation}",
            environment=environment.specification,
            rewards=rewards,
            seeds=tuple(range(1000 * generation, 1000 * generation + SEEDS)),
            steps=STEPS[name],
            folder=folder,
            evaluation_episodes=EPISODES,
        )
        began = time.monotonic()
        trained = [r for r in shop.trainer.train(job) if isinstance(r, TrainResult)]
    return {
        "environment": name,
        "generation": generation,
        "steps": STEPS[name],
        "maximum": environment.task.maximum,
        "seconds": round(time.monotonic() - began, 1),
        "candidates": {
            result.reward: [member_facts(member) for member in result.members]
            for result in sorted(trained, key=lambda result: result.reward)
        },
    }


def record(names: list[str], generations: int) -> None:
    """Train what is not yet recorded, writing after each generation."""
    facts = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {"generations": []}
    known = {(g["environment"], g["generation"]) for g in facts["generations"]}
    os.chdir(HERE)
    with Workshop(workers=2) as shop:
        for generation in range(generations):
            for name in names:
                if (name, generation) in known:
                    continue
                facts["generations"].append(record_generation(name, generation, shop))
                facts["machine"] = f"{platform.machine()}, {os.cpu_count()} cores"
                facts["date"] = datetime.now(UTC).date().isoformat()
                RESULTS.write_text(json.dumps(facts, separators=(",", ":")) + "\n")
                print(name, generation, facts["generations"][-1]["seconds"], "s", flush=True)


def main() -> None:
    """Record or replay."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["record", "replay"])
    parser.add_argument("--generations", type=int, default=4)
    parser.add_argument("--environments", nargs="+", default=list(STEPS), choices=list(STEPS))
    arguments = parser.parse_args()
    if arguments.what == "record":
        record(arguments.environments, arguments.generations)


if __name__ == "__main__":
    main()
