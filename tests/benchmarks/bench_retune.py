"""Retune: what does it recover when the numbers of a good reward are wrong?

    python tests/benchmarks/bench_retune.py [--environments cartpole mountain-car pendulum]

Every number of ten good rewards is multiplied by a random factor between 0.1 and 10, until three
draws a reward (of at most MOST_DRAWS) lose at least a fifth of the score.  Each is retuned as the
search does it: fitted to the bank and to the episodes of the other policies that were trained (of
its own, and of all other rewards but the one that it was made from), a family of four trained for
a quarter of the steps, the winner trained in full; that is the price of two trainings.  The figure
is the part of the loss that is recovered, the given, the broken and the retuned reward on the same
fresh seeds; draws that lose less than a fifth there, too, are left out and counted.  Writes
results/retune.json and retune.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer import load_trajectories
from rewardsmith.bank import Bank
from rewardsmith.environments import Environment, load_environment
from rewardsmith.language import parse_reward
from rewardsmith.language.constants import find_numbers, with_numbers
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.search.retuning import FAMILY, PART, raced
from rewardsmith.tuning import Form, bank_evidence, family_of, fit_numbers, joined, trained_evidence
from rewardsmith.workshop import Workshop

RESULTS = Path(__file__).parent / "results"
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
SEEDS, DRAWS, MOST_DRAWS = 3, 3, 8
LOST = 0.2
STEPS = {"cartpole": 30_000, "mountain-car": 20_000, "pendulum": 60_000}
REWARDS = {
    "cartpole": (
        """def compute_reward(pole_angle, cart_position):
    level = 1.0 - 2.0 * np.abs(pole_angle)
    centred = -0.1 * np.abs(cart_position)
    return level + centred, {"level": level, "centred": centred}
""",
        """def compute_reward(pole_angle, pole_angular_velocity, terminated):
    alive = np.where(terminated, -5.0, 1.0)
    tilt = -4.0 * pole_angle**2
    calm = -0.05 * np.abs(pole_angular_velocity)
    return alive + tilt + calm, {"alive": alive, "tilt": tilt, "calm": calm}
""",
        """def compute_reward(pole_angle, cart_position, cart_velocity):
    upright = np.exp(-((pole_angle / 0.15) ** 2))
    centred = 0.5 * np.exp(-((cart_position / 1.5) ** 2))
    slow = -0.02 * cart_velocity**2
    total = upright + centred + slow
    return total, {"upright": upright, "centred": centred, "slow": slow}
""",
        """def compute_reward(pole_angle, previous_pole_angle, cart_position):
    alive = 0.5 * np.ones_like(pole_angle)
    progress = 3.0 * (np.abs(previous_pole_angle) - np.abs(pole_angle))
    edge = -1.0 * np.maximum(np.abs(cart_position) - 1.2, 0.0)
    return alive + progress + edge, {"alive": alive, "progress": progress, "edge": edge}
""",
    ),
    "mountain-car": (
        """def compute_reward(position, mechanical_energy, previous_mechanical_energy):
    energy = 3000.0 * (mechanical_energy - previous_mechanical_energy)
    goal = np.where(position >= 0.5, 10.0, 0.0)
    time = -0.05 * np.ones_like(position)
    return energy + goal + time, {"energy": energy, "goal": goal, "time": time}
""",
        """def compute_reward(position, velocity):
    speed = 1.0 * np.abs(velocity) / 0.07
    goal = np.where(position >= 0.5, 50.0, 0.0)
    time = -0.2 * np.ones_like(position)
    return speed + goal + time, {"speed": speed, "goal": goal, "time": time}
""",
        """def compute_reward(height, velocity, terminated):
    climb = np.maximum(height - 0.4, 0.0)
    swing = 0.5 * np.tanh(np.abs(velocity) / 0.03)
    end = np.where(terminated, 60.0, -0.1)
    return climb + swing + end, {"climb": climb, "swing": swing, "end": end}
""",
    ),
    "pendulum": (
        """def compute_reward(angle, angular_velocity, torque):
    upright = -1.0 * angle**2
    still = -0.1 * angular_velocity**2
    effort = -0.001 * torque**2
    return upright + still + effort, {"upright": upright, "still": still, "effort": effort}
""",
        """def compute_reward(cos_angle, angle, angular_velocity):
    high = 1.0 * cos_angle
    balance = 2.0 * np.exp(-((angle / 0.4) ** 2)) * np.exp(-((angular_velocity / 2.0) ** 2))
    spin = -0.3 * np.maximum(np.abs(angular_velocity) - 6.0, 0.0)
    return high + balance + spin, {"high": high, "balance": balance, "spin": spin}
""",
        """def compute_reward(cos_angle, angular_velocity):
    energy = 0.05 * angular_velocity**2 + cos_angle
    swing = -1.0 * np.abs(energy - 1.0)
    high = 1.5 * np.maximum(cos_angle - 0.5, 0.0)
    wild = -0.02 * np.where(cos_angle > 0.7, np.abs(angular_velocity), 0.0)
    return swing + high + wild, {"swing": swing, "high": high, "wild": wild}
""",
    ),
}


@dataclass
class Case:
    """One draw: a good reward whose numbers were multiplied."""

    environment: str
    reward: int
    draw: int
    broken: str
    retuned: str = ""
    scores: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of the given, the broken, and the retuned reward, on fresh seeds."""

    @property
    def name(self) -> str:
        return f"r{self.reward}-d{self.draw}"

    @property
    def recovered(self) -> float:
        given, broken, retuned = self.scores
        return (retuned - broken) / (given - broken) if given > broken else float("nan")


class Bench:
    """One environment with its workshop."""

    def __init__(self, name: str, shop: Workshop, folder: Path) -> None:
        self.environment: Environment = load_environment(name)
        self.shop, self.folder = shop, folder
        self.bank: Bank = shop.bank(self.environment)
        self.steps = STEPS[name]

    def train(self, name: str, rewards: dict[str, str], first: int, part: int = 1):
        """Scores by reward, and the results."""
        job = TrainJob(
            id=name,
            environment=self.environment.specification,
            rewards=tuple(TrainReward(id=n, source=s) for n, s in rewards.items()),
            seeds=tuple(range(first, first + SEEDS)),
            steps=self.steps // part,
            folder=str(self.folder / name),
        )
        results = [r for r in self.shop.trainer.train(job) if isinstance(r, TrainResult)]
        scores = {r.reward: stats.interquartile_mean(r.fitness) or 0.0 for r in results}
        return scores, {r.reward: r for r in results}

    def family(self, case: Case, results: dict[str, TrainResult]) -> tuple[str, ...]:
        """The broken reward's family, fitted to what a run would have seen."""
        numbers = find_numbers(case.broken)

        def render(values: Sequence[float]) -> str:
            return with_numbers(case.broken, numbers, values)

        form = Form(tuple(number.value for number in numbers), render)
        signals = parse_reward(case.broken).parameters
        fitness = self.environment.task.episode_fitness
        seen = [bank_evidence(self.bank, signals)]
        for name in sorted(results):
            own = name.startswith(f"r{case.reward}") and name != case.name
            if not own:
                arrays = load_trajectories(self.folder / "draws", results[name]).values()
                seen.append(trained_evidence(arrays, signals, fitness))
        evidence = joined(seen)
        fit = None if evidence is None else fit_numbers(form, evidence, self.shop.rewards)
        return (case.broken,) if fit is None else family_of(fit, FAMILY)


def broken_source(source: str, rng: np.random.Generator) -> str:
    """The source with every number multiplied by a factor between 0.1 and 10."""
    numbers = find_numbers(source)
    factors = 10.0 ** rng.uniform(-1.0, 1.0, len(numbers))
    return with_numbers(
        source, numbers, [number.value * f for number, f in zip(numbers, factors, strict=True)]
    )


def lossy_cases(bench: Bench, name: str) -> tuple[list[Case], dict[str, TrainResult]]:
    """The first draws of each reward that lose enough, with their trainings."""
    cases = [
        Case(name, k, d, broken_source(source, np.random.default_rng([11, k, d])))
        for k, source in enumerate(REWARDS[name])
        for d in range(MOST_DRAWS)
    ]
    sources = {f"r{k}": source for k, source in enumerate(REWARDS[name])}
    sources |= {case.name: case.broken for case in cases}
    scores, results = bench.train("draws", sources, 0)
    print(name, {k: round(v, 3) for k, v in scores.items()}, flush=True)
    lossy = [c for c in cases if scores[c.name] < (1 - LOST) * scores[f"r{c.reward}"]]
    kept = [
        case
        for k in range(len(REWARDS[name]))
        for case in [c for c in lossy if c.reward == k][:DRAWS]
    ]
    return kept, results


def retune_all(bench: Bench, name: str) -> list[Case]:
    """All cases of an environment, retuned and measured."""
    cases, results = lossy_cases(bench, name)
    families = {case.name: bench.family(case, results) for case in cases}
    variants = {f"{n}-v{i}": s for n, f in families.items() for i, s in enumerate(f)}
    _, short = bench.train("families", variants, 100, PART)
    for case in cases:
        own = [f"{case.name}-v{i}" for i in range(len(families[case.name]))]
        case.retuned = variants[own[raced([short[n].fitness for n in own])]]
    final = {f"r{case.reward}": REWARDS[name][case.reward] for case in cases}
    final |= {f"{case.name}-b": case.broken for case in cases}
    final |= {f"{case.name}-t": case.retuned for case in cases}
    scores, _ = bench.train("final", final, 200)
    for case in cases:
        names = (f"r{case.reward}", f"{case.name}-b", f"{case.name}-t")
        case.scores = tuple(scores[n] for n in names)
        print(case.name, np.round(case.scores, 3), round(case.recovered, 2), flush=True)
    return cases


def write(cases: list[Case], lossy: list[Case]) -> str:
    """results/retune.json and retune.md; gives the sentence that sums them up."""
    parts = [case.recovered for case in lossy]
    score = stats.score(parts)
    median = float(np.median(parts)) if parts else float("nan")
    sentence = (
        f"{len(cases)} draws that lost a fifth, {len(lossy)} of them on fresh seeds as well; "
        f"recovered: median {median:.2f}, interquartile mean "
        + ("–" if score is None else f"{score.value:.2f} [{score.low:.2f}, {score.high:.2f}]")
    )
    command, date = "python tests/benchmarks/bench_retune.py", datetime.now(UTC).date().isoformat()
    rows = [
        {"environment": c.environment, "draw": c.name, "scores": c.scores, "broken": c.broken}
        | {"retuned": c.retuned, "recovered": c.recovered if c in lossy else None}
        for c in cases
    ]
    facts = {"command": command, "machine": MACHINE, "date": date, "median": median, "rows": rows}
    (RESULTS / "retune.json").write_text(json.dumps(facts, indent=1) + "\n")
    lines = ["# Retune", "", f"`{command}`, {MACHINE}, {date}; {SEEDS} seeds. {sentence}.", ""]
    lines += [
        "| environment | draw | given | broken | retuned | recovered |",
        "|---|---|---|---|---|---|",
    ]
    for case in cases:
        shown = f"{case.recovered:.2f}" if case in lossy else "–"
        given, broken, retuned = (f"{score:.3g}" for score in case.scores)
        cells = (case.environment, case.name, given, broken, retuned, shown)
        lines.append(f"| {' | '.join(cells)} |")
    (RESULTS / "retune.md").write_text("\n".join(lines) + "\n")
    return sentence


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--environments", nargs="+", default=list(REWARDS))
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    cases: list[Case] = []
    for name in chosen.environments:
        with tempfile.TemporaryDirectory() as folder, Workshop(workers=chosen.workers) as shop:
            cases += retune_all(Bench(name, shop, Path(folder)), name)
    print(write(cases, [c for c in cases if c.scores[1] < (1 - LOST) * c.scores[0]]))


if __name__ == "__main__":
    main()
