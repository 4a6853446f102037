"""Trains a second suite of faulty and sound rewards, and says what the analyzer tells of them.

    PYTHONPATH=. python tests/benchmarks/bench_second_faults.py [ENVIRONMENT ...]

The rewards (`tests/data/second_faults.json`) were written as files by somebody who had not read the
analyzer, each with the fault that ought to be named.  What is told of new trainings is printed;
`results/second_faults.json` keeps what was told when they were first trained, and is not written.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rewardsmith.analyzer import (
    base_of,
    diagnose,
    load_earlier,
    load_trajectories,
    task_facts,
)
from rewardsmith.environments import load_environment
from rewardsmith.exporters import computed_in
from rewardsmith.records import Candidate, TrainJob, TrainResult, TrainReward
from rewardsmith.workshop import Workshop

CASES = Path(__file__).parents[1] / "data" / "second_faults.json"
STEPS = {
    "cartpole": 40_000,
    "mountain-car": 40_000,
    "pendulum": 100_000,
    "reacher-easy": 60_000,
    "half-cheetah": 80_000,
    "hopper": 80_000,
}
"""Environment steps of one member."""
SEEDS = {"cartpole": (0, 1)}
"""One seed, 0, everywhere else."""
EPISODES = 10


@dataclass(frozen=True)
class Case:
    """A reward, what is wrong with it, and the findings that say so."""

    name: str
    kind: str
    """faulty, sound, proxy meant to be hacked, proxy meant to be sound."""
    environment: str
    fault: str
    told_by: frozenset[str]
    source: str

    @property
    def short(self) -> str:
        """The name as a reward's id."""
        return f"{self.kind.split()[-1]}_{self.name.partition('/')[2]}"

    def is_told(self, findings: Sequence[str]) -> bool:
        """Whether the fault is named first or second."""
        return bool(self.told_by.intersection(findings[:2]))


def load_cases() -> tuple[Case, ...]:
    """All of them, faulty ones first."""
    plain = json.loads(CASES.read_text(encoding="utf-8"))
    return tuple(Case(**{**one, "told_by": frozenset(one["told_by"])}) for one in plain)


def trained(
    shop: Workshop, name: str, cases: Sequence[Case], folder: Path
) -> Iterator[TrainResult]:
    """The rewards of one environment, trained as one population."""
    job = TrainJob(
        id="second",
        environment=load_environment(name).specification,
        rewards=tuple(TrainReward(id=case.short, source=case.source) for case in cases),
        seeds=SEEDS.get(name, (0,)),
        steps=STEPS[name],
        folder=str(folder),
        evaluation_episodes=EPISODES,
    )
    yield from (r for r in shop.trainer.train(job) if isinstance(r, TrainResult))


def told(shop: Workshop, case: Case, result: TrainResult, folder: Path) -> list[str]:
    """The names of the findings, the gravest first."""
    environment = load_environment(case.environment)
    bank = shop.bank(environment)
    candidate = Candidate(
        id=case.short, source=case.source, operator="human", generation=0, index=0
    )
    diagnosis = diagnose(
        candidate,
        result,
        load_trajectories(folder, result),
        task_facts(environment, bank),
        base_of(case.source, bank, computed_in(shop.rewards)),
        earlier=load_earlier(folder, result),
    )
    return [finding.name for finding in diagnosis.findings]


def main(wanted: Sequence[str]) -> None:
    """Train and print, an environment after the other."""
    named: list[bool] = []
    with Workshop(workers=1) as shop:
        for name in wanted or STEPS:
            cases = {c.short: c for c in load_cases() if c.environment == name}
            with tempfile.TemporaryDirectory() as folder:
                for result in trained(shop, name, [*cases.values()], Path(folder)):
                    case = cases[result.reward]
                    names = told(shop, case, result, Path(folder))
                    print(f"{case.name} ({case.kind}) {result.fitness}: {', '.join(names)}")
                    if case.told_by:
                        named.append(case.is_told(names))
    print(f"{sum(named)} of {len(named)} faults named first or second")


if __name__ == "__main__":
    main(sys.argv[1:])
