"""Good rewards with wrong numbers: what `bench_retune.py` mends, and how it trains them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from good_rewards import REWARDS

from rewardsmith import stats
from rewardsmith.analyzer import load_trajectories
from rewardsmith.bank import Bank
from rewardsmith.config import Config
from rewardsmith.environments import Environment, load_environment
from rewardsmith.language.constants import find_numbers, with_numbers
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.search.settings import trainer_discount
from rewardsmith.store import write_atomically
from rewardsmith.workshop import Workshop

SEEDS, EPISODES = 2, 10
SCREENED = 0
"""The first seed of the trainings that choose the draws."""
DRAWS, MOST_DRAWS = 3, 30
LOST = 0.2
TASKS: dict[str, dict[str, Any]] = {
    "cartpole": {
        "steps": 81_920,
        "settings": {"discount": 0.995},
        "words": "Balance the pole with the cart at one metre to the right of the middle.",
        "fitness": "np.exp(-(((cart_position - 1.0) / 0.4) ** 2))",
        "reduce": "sum",
    },
    "mountain-car-continuous": {
        "steps": 40_960,
        "words": "Park the car on the left slope, at position -0.65, and hold it there.",
        "fitness": "np.exp(-(((position + 0.65) / 0.08) ** 2))",
        "reduce": "mean",
    },
    "pendulum": {"steps": 61_440, "settings": {"discount": 0.95}},
}


@dataclass
class Case:
    """One draw: a good reward whose numbers were multiplied."""

    environment: str
    reward: int
    draw: int
    broken: str
    families: list[list[str]] = field(default_factory=list[list[str]])
    """The sources that were raced, by round."""
    winner: str = ""
    """The name of the one that won."""
    retuned: str = ""
    price: float = 1.0
    """Environment steps that retuning took, in those of one candidate's training."""
    scores: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of the given, the broken, and the retuned reward, on fresh seeds."""

    @property
    def name(self) -> str:
        return f"r{self.reward}-d{self.draw}"

    @property
    def variants(self) -> dict[str, str]:
        return {
            f"{self.name}-v{number}-{place}": source
            for number, family in enumerate(self.families)
            for place, source in enumerate(family)
        }

    @property
    def lossy(self) -> bool:
        return self.scores[1] < (1 - LOST) * self.scores[0]

    @property
    def recovered(self) -> float:
        given, broken, retuned = self.scores
        return (retuned - broken) / (given - broken)


@dataclass(frozen=True)
class Trained:
    """A result, and the folder that its files lie in."""

    result: TrainResult
    folder: Path

    @property
    def score(self) -> float:
        """As selection takes it."""
        return stats.interquartile_mean(self.result.fitness) or 0.0

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        """What its policies did, as the trainer wrote it."""
        yield from load_trajectories(self.folder, self.result).values()


class Bench:
    """One environment with its workshop."""

    def __init__(self, name: str, shop: Workshop, folder: Path, draws: int) -> None:
        given = dict(TASKS[name])
        self.steps: int = given.pop("steps")
        self.settings: dict[str, Any] = given.pop("settings", {})
        self.environment: Environment = load_environment(name, **given)
        self.name, self.shop, self.folder, self.draws = name, shop, folder / name, draws
        self.bank: Bank = shop.bank(self.environment)
        self.rewards: tuple[str, ...] = REWARDS[name]
        config = Config(settings=self.settings)
        self.discount = trainer_discount(self.environment, config)

    def train(
        self, name: str, rewards: Mapping[str, str], seeds: Sequence[int], part: int = 1
    ) -> dict[str, Trained]:
        """Results by reward; what an earlier run has trained is read."""
        if not rewards:
            return {}
        task = TASKS[self.name]
        key = json.dumps([dict(rewards), list(seeds), part, self.name, task])
        name += "-" + hashlib.sha256(key.encode()).hexdigest()[:8]
        path = self.folder / name / "results.json"
        if path.exists():
            results = msgspec.json.decode(path.read_bytes(), type=list[TrainResult])
        else:
            job = TrainJob(
                id=name,
                environment=self.environment.specification,
                rewards=tuple(TrainReward(id=n, source=s) for n, s in rewards.items()),
                seeds=tuple(seeds),
                steps=self.steps // part,
                folder=str(path.parent),
                settings=self.settings,
                evaluation_episodes=EPISODES,
            )
            results = [r for r in self.shop.trainer.train(job) if isinstance(r, TrainResult)]
            write_atomically(path, msgspec.json.encode(results))
        return {result.reward: Trained(result, path.parent) for result in results}


def broken_source(source: str, rng: np.random.Generator) -> str:
    """The source with every number multiplied by a factor between 0.1 and 10."""
    numbers = find_numbers(source)
    factors = 10.0 ** rng.uniform(-1.0, 1.0, len(numbers))
    return with_numbers(
        source, numbers, [number.value * f for number, f in zip(numbers, factors, strict=True)]
    )


def given_rewards(bench: Bench) -> dict[str, str]:
    """The good rewards by name."""
    return {f"r{k}": source for k, source in enumerate(bench.rewards)}


def lossy_cases(bench: Bench) -> tuple[list[Case], dict[str, Trained]]:
    """The first draws of each reward that lose enough, and all that was trained."""
    seeds = range(SCREENED, SCREENED + SEEDS)
    results: dict[str, Trained] = {}
    kept: list[Case] = []
    for first in range(0, MOST_DRAWS, DRAWS):
        cases = [
            Case(
                bench.name, k, d, broken_source(source, np.random.default_rng([bench.draws, k, d]))
            )
            for k, source in enumerate(bench.rewards)
            for d in range(first, first + DRAWS)
            if sum(case.reward == k for case in kept) < DRAWS
        ]
        if not cases:
            break
        sources = {case.name: case.broken for case in cases}
        if not results:
            sources |= given_rewards(bench)
        results |= bench.train(f"draws-{first}", sources, seeds)
        for case in cases:
            good, now = results[f"r{case.reward}"].score, results[case.name].score
            enough = sum(c.reward == case.reward for c in kept) == DRAWS
            if now < (1 - LOST) * good and not enough:
                kept.append(case)
    return kept, results
