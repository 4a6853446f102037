"""Trains a suite of faulty and sound rewards, and says what the analyzer tells of them.

    PYTHONPATH=. python tests/benchmarks/bench_held_out_faults.py SUITE [--keep FOLDER]
        [--out FILE] [--untrained] [ENVIRONMENT ...]

SUITE is `second` to `seventh`: rewards (`tests/data/SUITE_faults.json`) that were written as files
by somebody who had not read the analyzer, each with the fault that ought to be named.  With
`--keep` what was trained stays in FOLDER, and is not trained again where it lies there; with
`--untrained` nothing is trained: it is told what recorded episodes of simple policies say.  What is
told is printed, and written to FILE.  `results/SUITE_faults.json` keeps what was told when they
were first trained, and is not written.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rewardsmith.analysis import analyze_source
from rewardsmith.analyzer import base_of, task_facts
from rewardsmith.diagnosis import diagnosis_of
from rewardsmith.environments import load_environment
from rewardsmith.exporters import computed_in
from rewardsmith.records import Candidate, Finding, TrainJob, TrainResult, TrainReward
from rewardsmith.records.base import decode, encode
from rewardsmith.workshop import Workshop

EPISODES = 10
HARMLESS = 0.9
"""Part of a sound reward's fitness from which a fault did no harm."""
ROSE = 0.25
"""Standard deviations above simple policies from which training raised the fitness."""
UNDERTRAINED = "undertrained"
"""Told of a training, by which nothing is wrong with a reward."""
WORDS: dict[str, tuple[str, ...]] = {
    "action cost freezes": ("costs_win", "idling_paid"),
    "dead component": ("dead_component",),
    "drowning component": ("drowning_component",),
    "duplicate components": ("duplicate_components",),
    "ends early": ("ends_early", "living_costs"),
    "fell": ("fell", "sank", "leaned_forward", "leaned_backward", "on_its_back"),
    "finishing costs": ("finishing_costs",),
    "hacked proxy": ("hacking",),
    "hovering near success": ("hovering", "came_near", "finishing_costs"),
    "loop": ("oscillating", "spinning", "motion_paid", "gains_only"),
    "never left the start": ("never_moved", "idling_paid"),
    "no signal": ("no_signal",),
    "oscillating": ("oscillating", "motion_paid"),
    "out of bounds": ("out_of_bounds", "at_an_end_of_the_rail", "left_the_track"),
    "saturated actions": ("saturated_actions", "effort_paid"),
    "solved then lost": ("solved_then_lost",),
    "spinning in place": ("spinning", "motion_paid"),
    "stalled": ("stalled", "idling_paid"),
    "sum where AND is meant": ("sum_for_and",),
    "survival bonus": ("survival_bonus",),
    "wrong sign": ("wrong_sign",),
}
"""The findings that say what the words of the requirement say, the environments' events among
them: what the third suite's `expected` means, one meaning for each word."""


@dataclass(frozen=True)
class Case:
    """A reward, what is wrong with it, and the findings that say so."""

    name: str
    kind: str
    """faulty, sound, proxy meant to be hacked, proxy meant to be sound."""
    environment: str
    fault: str
    source: str
    told_by: frozenset[str] = frozenset()

    @property
    def short(self) -> str:
        """The name as a reward's id."""
        return f"{self.kind.split()[-1]}_{self.name.partition('/')[2]}"

    def is_told(self, findings: Sequence[str]) -> bool:
        """Whether the fault is named first or second."""
        return bool(self.told_by.intersection(findings[:2]))


@dataclass(frozen=True)
class Suite:
    """Where the rewards of a suite stand, and how they are trained."""

    file: str
    steps: Mapping[str, int]
    """Environment steps of one member, by environment."""
    seeds: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """One seed, 0, where an environment is not named."""

    def cases(self) -> tuple[Case, ...]:
        """All of them, in the file's order."""
        path = Path(__file__).parents[1] / "data" / self.file
        return tuple(_case(one) for one in json.loads(path.read_text(encoding="utf-8")))


SIX = {
    "cartpole": 40_000,
    "mountain-car": 40_000,
    "pendulum": 100_000,
    "reacher-easy": 100_000,
    "half-cheetah": 100_000,
    "hopper": 100_000,
}
"""Environment steps of one member in the suites that share these environments."""
SUITES = {
    "second": Suite(
        "second_faults.json",
        {
            "cartpole": 40_000,
            "mountain-car": 40_000,
            "pendulum": 100_000,
            "reacher-easy": 60_000,
            "half-cheetah": 80_000,
            "hopper": 80_000,
        },
        {"cartpole": (0, 1)},
    ),
    "third": Suite(
        "third_faults.json",
        {
            "cartpole": 30_000,
            "mountain-car": 40_000,
            "pendulum-swingup": 40_000,
            "cartpole-swingup": 40_000,
            "ball-in-cup": 40_000,
            "reacher-easy": 40_000,
            "half-cheetah": 80_000,
            "hopper": 60_000,
        },
    ),
    "fourth": Suite(
        "fourth_faults.json",
        {
            "cartpole": 40_000,
            "mountain-car": 40_000,
            "pendulum": 100_000,
            "cartpole-swingup": 60_000,
            "point-mass": 100_000,
            "reacher-easy": 80_000,
            "half-cheetah": 80_000,
            "hopper": 80_000,
        },
    ),
    "fifth": Suite("fifth_faults.json", SIX),
    "sixth": Suite("sixth_faults.json", SIX),
    "seventh": Suite(
        "seventh_faults.json",
        {
            **SIX,
            "ant": 100_000,
            "point-mass": 100_000,
            "cartpole-swingup": 100_000,
            "ball-in-cup": 60_000,
        },
    ),
}


def _case(plain: Mapping[str, Any]) -> Case:
    kept = {k: v for k, v in plain.items() if k not in {"told_by", "expected"}}
    words = (name for word in plain.get("expected", ()) for name in WORDS[word])
    return Case(**kept, told_by=frozenset(plain.get("told_by", words)))


def trained(shop: Workshop, suite: Suite, name: str, folder: Path) -> tuple[TrainResult, ...]:
    """The rewards of one environment as one population; those that lie in `folder` already."""
    path = folder / "results.json"
    if path.is_file():
        return decode(path.read_bytes(), tuple[TrainResult, ...])
    cases = (case for case in suite.cases() if case.environment == name)
    job = TrainJob(
        id="faults",
        environment=load_environment(name).specification,
        rewards=tuple(TrainReward(id=case.short, source=case.source) for case in cases),
        seeds=suite.seeds.get(name, (0,)),
        steps=suite.steps[name],
        folder=str(folder),
        evaluation_episodes=EPISODES,
    )
    results = tuple(r for r in shop.trainer.train(job) if isinstance(r, TrainResult))
    path.write_bytes(encode(results))
    return results


def told(shop: Workshop, case: Case, result: TrainResult, folder: Path) -> tuple[Finding, ...]:
    """The findings, the gravest first."""
    environment = load_environment(case.environment)
    bank = shop.bank(environment)
    candidate = Candidate(
        id=case.short, source=case.source, operator="human", generation=0, index=0
    )
    base = base_of(case.source, bank, computed_in(shop.rewards))
    facts = task_facts(environment, bank)
    return diagnosis_of(candidate, result, folder, facts, base).findings


def tell(
    shop: Workshop, suite: Suite, wanted: Sequence[str], keep: Path
) -> dict[str, dict[str, Any]]:
    """What is told of each reward of the wanted environments, by name; printed as it is found."""
    each: dict[str, dict[str, Any]] = {}
    for name in wanted or suite.steps:
        cases = {c.short: c for c in suite.cases() if c.environment == name}
        folder = keep / name
        folder.mkdir(parents=True, exist_ok=True)
        for result in trained(shop, suite, name, folder):
            case = cases[result.reward]
            findings = told(shop, case, result, folder)
            names = [finding.name for finding in findings]
            each[case.name] = {
                "kind": case.kind,
                "fitness": [round(value, 3) for value in result.fitness],
                **_untrained(shop, name),
                "told": names,
                "sentences": [finding.sentence for finding in findings],
                **({"named": case.is_told(names)} if case.told_by else {}),
            }
            print(f"{case.name} ({case.kind}) {result.fitness}: {', '.join(names)}", flush=True)
    return each


def tell_untrained(
    shop: Workshop, suite: Suite, wanted: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What the bank alone tells of each reward of the wanted environments, by name; printed."""
    each: dict[str, dict[str, Any]] = {}
    for case in suite.cases():
        if case.environment not in (wanted or suite.steps):
            continue
        environment = load_environment(case.environment)
        bank, compute = shop.bank(environment), computed_in(shop.rewards)
        findings = analyze_source(case.source, case.short, environment, bank, compute).findings
        names = [finding.name for finding in findings]
        each[case.name] = {
            "kind": case.kind,
            "told": names,
            "sentences": [finding.sentence for finding in findings],
            **({"named": case.is_told(names)} if case.told_by else {}),
        }
        print(f"{case.name} ({case.kind}): {', '.join(names)}", flush=True)
    return each


def figures_untrained(each: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Faults named first or second, sound rewards told of, without a training."""
    faulty = {name: one for name, one in each.items() if one["kind"] == "faulty"}
    sound = {name: one for name, one in each.items() if one["kind"] == "sound"}
    return {
        "faults": {"of": len(faulty), "named": sum(one["named"] for one in faulty.values())},
        "not_named": [name for name, one in faulty.items() if not one["named"]],
        "sound": {
            "of": len(sound),
            "told": {name: one["told"] for name, one in sound.items() if one["told"]},
        },
    }


def _untrained(shop: Workshop, name: str) -> dict[str, float]:
    fitness = [episode.fitness for episode in shop.bank(load_environment(name)).episodes]
    return {
        "untrained": round(statistics.fmean(fitness), 3),
        "untrained_spread": round(statistics.pstdev(fitness), 3),
    }


def figures(suite: Suite, each: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The suite in numbers: faults named, sound rewards told of, the hacking alarm.

    A fault did no harm where its reward comes to at least nine tenths of the best sound reward's
    fitness in its environment.  A policy is hacked where its reward was meant or expected to be
    and its fitness is no more than a quarter of a standard deviation above simple policies'; the
    alarm is false where the fitness rose above that, and of any sound reward.
    """
    cases = {case.name: case for case in suite.cases() if case.name in each}
    best: dict[str, float] = {}
    for name, case in cases.items():
        if case.kind == "sound":
            best[case.environment] = max(_fitness(each[name]), best.get(case.environment, 0.0))
    faulty = [name for name, case in cases.items() if case.kind == "faulty"]
    harmed = [
        n for n in faulty if _fitness(each[n]) < HARMLESS * best.get(cases[n].environment, math.inf)
    ]
    hackable = [n for n, c in cases.items() if "hacking" in c.told_by or c.kind.endswith("hacked")]
    hacked = [name for name in hackable if not _rose(each[name])]
    sound = [name for name, case in cases.items() if case.kind == "sound"]
    told = {n: each[n]["told"] for n in sound if set(each[n]["told"]) - {UNDERTRAINED}}
    fine = [name for name in cases if _rose(each[name]) or name in sound]
    return {
        "faults": {"of": len(faulty), "named": sum(each[n]["named"] for n in faulty)},
        "harmful": {"of": len(harmed), "named": sum(each[n]["named"] for n in harmed)},
        "harmless": [name for name in faulty if name not in harmed],
        "not_named": [name for name in faulty if not each[name]["named"]],
        "sound": {"of": len(sound), "told": told},
        "undertrained": [n for n in each if UNDERTRAINED in each[n]["told"]],
        "alarm_recall": {"of": len(hacked), "raised": [n for n in hacked if _alarmed(each[n])]},
        "alarm_false": {"of": len(fine), "raised": [n for n in fine if _alarmed(each[n])]},
    }


def _fitness(one: Mapping[str, Any]) -> float:
    return statistics.fmean(one["fitness"])


def _rose(one: Mapping[str, Any]) -> bool:
    return _fitness(one) > one["untrained"] + ROSE * one["untrained_spread"]


def _alarmed(one: Mapping[str, Any]) -> bool:
    return "hacking" in one["told"]


def main() -> None:
    """Train and print, an environment after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("environments", nargs="*")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--untrained", action="store_true")
    chosen = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory() as spare, Workshop(workers=1) as shop:
        suite, keep = SUITES[chosen.suite], chosen.keep or Path(spare)
        if chosen.untrained:
            each = tell_untrained(shop, suite, chosen.environments)
            summary = figures_untrained(each)
        else:
            each = tell(shop, suite, chosen.environments, keep)
            summary = figures(suite, each)
    print(json.dumps(summary, indent=1))
    if chosen.out:
        written = json.dumps({**summary, "each": each}, indent=1)
        chosen.out.write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
