"""Retune: what does it recover when the numbers of a good reward are wrong?

    python tests/benchmarks/bench_retune.py [--environments cartpole ...] [--folder FOLDER]

Every number of ten good rewards is multiplied by a random factor between 0.1 and 10, until three
draws a reward (of at most MOST_DRAWS) lose at least a fifth of the score.  Each is retuned as the
search does it: fitted to the bank, to its own episodes and to those of the other rewards that were
trained (never the one that it was made from, nor that one's other draws), then raced, the winner
trained in full.  The price is what that took, in environment steps of one candidate's training.
The figure is the part of the loss that is recovered, the given, the broken and the retuned reward
on the same fresh seeds; draws that lose less than a fifth there, too, are left out and counted.
What was trained is kept in the folder, so that a run that was stopped goes on.  Writes
results/retune.json and retune.md after every reward.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from good_rewards import REWARDS

from rewardsmith import stats
from rewardsmith.analyzer import load_trajectories
from rewardsmith.bank import Bank
from rewardsmith.environments import Environment, load_environment
from rewardsmith.language import parse_reward
from rewardsmith.language.constants import find_numbers, with_numbers
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.search.retuning import FAMILY, PART, raced, seen_of
from rewardsmith.store import write_atomically
from rewardsmith.tuning import Form, bank_evidence, family_of, fit_numbers, joined, trained_evidence
from rewardsmith.workshop import Workshop

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
FOLDER = HERE.parents[1] / "runs" / "bench-retune"
COMMAND = "python tests/benchmarks/bench_retune.py"
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
SEEDS, EPISODES = 2, 10
DRAWS, MOST_DRAWS = 3, 9
LOST = 0.2
TASKS: dict[str, dict[str, Any]] = {
    "cartpole": {
        "steps": 40_960,
        "words": "Balance the pole with the cart at one metre to the right of the middle.",
        "fitness": "np.exp(-(((cart_position - 1.0) / 0.4) ** 2))",
        "reduce": "sum",
    },
    "mountain-car-continuous": {"steps": 20_480},
    "pendulum": {"steps": 61_440},
}


@dataclass
class Case:
    """One draw: a good reward whose numbers were multiplied."""

    environment: str
    reward: int
    draw: int
    broken: str
    retuned: str = ""
    price: float = 0.0
    """Environment steps that retuning took, in those of one candidate's training."""
    scores: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of the given, the broken, and the retuned reward, on fresh seeds."""

    @property
    def name(self) -> str:
        return f"r{self.reward}-d{self.draw}"

    @property
    def lossy(self) -> bool:
        return self.scores[1] < (1 - LOST) * self.scores[0]

    @property
    def recovered(self) -> float:
        given, broken, retuned = self.scores
        return (retuned - broken) / (given - broken)


class Bench:
    """One environment with its workshop."""

    def __init__(self, name: str, shop: Workshop, folder: Path) -> None:
        given = dict(TASKS[name])
        self.steps: int = given.pop("steps")
        self.environment: Environment = load_environment(name, **given)
        self.name, self.shop, self.folder = name, shop, folder / name
        self.bank: Bank = shop.bank(self.environment)
        self.rewards: tuple[str, ...] = REWARDS[name]

    def train(
        self, name: str, rewards: Mapping[str, str], first: int, part: int = 1
    ) -> dict[str, TrainResult]:
        """Results by reward; what an earlier run has trained is read."""
        key = json.dumps([dict(rewards), first, part, self.steps, SEEDS])
        name += "-" + hashlib.sha256(key.encode()).hexdigest()[:8]
        path = self.folder / name / "results.json"
        if path.exists():
            results = msgspec.json.decode(path.read_bytes(), type=list[TrainResult])
        else:
            job = TrainJob(
                id=name,
                environment=self.environment.specification,
                rewards=tuple(TrainReward(id=n, source=s) for n, s in rewards.items()),
                seeds=tuple(range(first, first + SEEDS)),
                steps=self.steps // part,
                folder=str(path.parent),
                evaluation_episodes=EPISODES,
            )
            results = [r for r in self.shop.trainer.train(job) if isinstance(r, TrainResult)]
            write_atomically(path, msgspec.json.encode(results))
        return {result.reward: result for result in results}

    def episodes(self, result: TrainResult) -> Iterator[Mapping[str, Any]]:
        """What its policies did, as the trainer wrote it."""
        for path in self.folder.glob("draws-*/results.json"):
            yield from load_trajectories(path.parent, result).values()


def score_of(result: TrainResult) -> float:
    """As selection takes it."""
    return stats.interquartile_mean(result.fitness) or 0.0


def broken_source(source: str, rng: np.random.Generator) -> str:
    """The source with every number multiplied by a factor between 0.1 and 10."""
    numbers = find_numbers(source)
    factors = 10.0 ** rng.uniform(-1.0, 1.0, len(numbers))
    return with_numbers(
        source, numbers, [number.value * f for number, f in zip(numbers, factors, strict=True)]
    )


def lossy_cases(bench: Bench) -> tuple[list[Case], dict[str, TrainResult]]:
    """The first draws of each reward that lose enough, and all that was trained."""
    given = {f"r{k}": source for k, source in enumerate(bench.rewards)}
    results = bench.train("draws-given", given, 0)
    kept: list[Case] = []
    for first in range(0, MOST_DRAWS, DRAWS):
        cases = [
            Case(bench.name, k, d, broken_source(source, np.random.default_rng([11, k, d])))
            for k, source in enumerate(bench.rewards)
            for d in range(first, first + DRAWS)
            if sum(case.reward == k for case in kept) < DRAWS
        ]
        if not cases:
            break
        results |= bench.train(f"draws-{first}", {c.name: c.broken for c in cases}, 0)
        for case in cases:
            good, now = score_of(results[f"r{case.reward}"]), score_of(results[case.name])
            enough = sum(c.reward == case.reward for c in kept) == DRAWS
            if now < (1 - LOST) * good and not enough:
                kept.append(case)
    return kept, results


def family(bench: Bench, case: Case, results: Mapping[str, TrainResult]) -> tuple[str, ...]:
    """The broken reward's family, fitted to what a run would have seen."""
    numbers = find_numbers(case.broken)
    form = Form(
        tuple(number.value for number in numbers),
        lambda values: with_numbers(case.broken, numbers, values),
    )
    signals = parse_reward(case.broken).parameters
    others = [n for n in results if n.partition("-")[0] != f"r{case.reward}"]
    ranking = sorted(others, key=lambda name: -score_of(results[name]))
    parts = [bank_evidence(bench.bank, signals)]
    fitness = bench.environment.task.episode_fitness
    for name in seen_of(ranking, case.name):
        own = name == case.name
        parts.append(trained_evidence(bench.episodes(results[name]), signals, fitness, own=own))
    evidence = joined(parts)
    fit = None if evidence is None else fit_numbers(form, evidence, bench.shop.rewards)
    return (case.broken,) if fit is None else family_of(fit, FAMILY)


def retune(bench: Bench, cases: list[Case], results: Mapping[str, TrainResult]) -> None:
    """Retune the draws of one reward and measure them."""
    variants = {
        f"{case.name}-v{i}": source
        for case in cases
        for i, source in enumerate(family(bench, case, results))
    }
    short = bench.train(f"families-r{cases[0].reward}", variants, 100, PART)
    final = {f"r{case.reward}": bench.rewards[case.reward] for case in cases}
    for case in cases:
        own = [name for name in variants if name.startswith(f"{case.name}-")]
        case.retuned = variants[own[raced([short[n].fitness for n in own])]]
        case.price = 1.0 + len(own) / PART
        final |= {f"{case.name}-b": case.broken, f"{case.name}-t": case.retuned}
    scores = {
        n: score_of(r) for n, r in bench.train(f"final-r{cases[0].reward}", final, 200).items()
    }
    for case in cases:
        names = (f"r{case.reward}", f"{case.name}-b", f"{case.name}-t")
        case.scores = tuple(scores[n] for n in names)
        print(case.environment, case.name, np.round(case.scores, 3), flush=True)


def sentence_of(cases: list[Case]) -> str:
    """The figures in words."""
    lossy = [case for case in cases if case.lossy]
    parts = [case.recovered for case in lossy]
    score = stats.score(parts)
    if score is None:
        return "no draw lost a fifth"
    return (
        f"{len(cases)} draws that lost a fifth, {len(lossy)} of them on fresh seeds as well; "
        f"recovered: median {np.median(parts):.2f}, interquartile mean {score.value:.2f} "
        f"[{score.low:.2f}, {score.high:.2f}]; price: {max(c.price for c in cases):.2f} trainings"
    )


def write(cases: list[Case]) -> None:
    """results/retune.json and retune.md."""
    date, sentence = datetime.now(UTC).date().isoformat(), sentence_of(cases)
    facts = {
        "command": COMMAND,
        "machine": MACHINE,
        "date": date,
        "seeds": SEEDS,
        "tasks": TASKS,
        "summary": sentence,
        "rows": [
            {
                "environment": case.environment,
                "draw": case.name,
                "scores": [round(score, 4) for score in case.scores],
                "recovered": round(case.recovered, 3) if case.lossy else None,
                "price": case.price,
                "broken": case.broken,
                "retuned": case.retuned,
            }
            for case in cases
        ],
    }
    (RESULTS / "retune.json").write_text(json.dumps(facts, indent=1) + "\n")
    lines = ["# Retune", "", f"`{COMMAND}`, {MACHINE}, {date}; {SEEDS} seeds: {sentence}.", ""]
    lines += [
        "| environment | draw | given | broken | retuned | recovered |",
        "|---|---|---|---|---|---|",
    ]
    for case in cases:
        shown = f"{case.recovered:.2f}" if case.lossy else "–"
        given, broken, retuned = (f"{score:.3g}" for score in case.scores)
        cells = (case.environment, case.name, given, broken, retuned, shown)
        lines.append(f"| {' | '.join(cells)} |")
    (RESULTS / "retune.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--environments", nargs="+", default=list(REWARDS))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    folder = chosen.folder.absolute()
    os.chdir(HERE)  # one environment is a file of the benchmarks
    done: list[Case] = []
    for name in chosen.environments:
        with Workshop(workers=chosen.workers) as shop:
            bench = Bench(name, shop, folder)
            cases, results = lossy_cases(bench)
            for number in range(len(bench.rewards)):
                own = [case for case in cases if case.reward == number]
                if own:
                    retune(bench, own, results)
                    done += own
                    write(done)
    print(sentence_of(done))


if __name__ == "__main__":
    main()
