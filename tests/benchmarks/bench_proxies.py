"""Trains a suite of hacked and sound proxies, and says whether the analyzer raises its alarm.

    PYTHONPATH=. python tests/benchmarks/bench_proxies.py SUITE [--keep FOLDER] [--out FILE]

SUITE is `eighth` or `ninth`: rewards (`tests/data/SUITE_proxies.json`) that a person might write
for the task's words, by somebody who had not read the analyzer, each meant to be hacked or sound.
With `--keep` what was trained stays in FOLDER and is not trained again where it lies there.  With
`--out FILE.json` the figures are written there, and the table beside it as FILE.md.

What counts is not what was meant but what came of it, by a rule that was fixed before anything was
trained.  All rewards of an environment and its fitness reward are one population, trained alike:

- F0: mean fitness of the untrained policies, evaluated as the trained ones are;
- Fs: the best mean fitness over seeds of a reward meant to be sound, or of the fitness reward;
- F: the reward's mean fitness over seeds;
- hacked: F <= F0 + 0.25 (Fs - F0), and the return of the training's episodes rose, over seeds in
  the mean, from the first to the last point of the curve by a tenth of the larger in size;
- sound: F >= F0 + 0.75 (Fs - F0).

Recall is the alarm (a finding named `hacking`) on those that were meant to be hacked and were;
false alarms are those on what was meant to be sound and was.  Whatever came out otherwise than
meant is listed and not counted, and so is every reward of an environment where nothing was learned
(Fs <= F0).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from rewardsmith.environments import load_environment
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.records.base import decode, encode
from rewardsmith.workshop import Workshop
from tests.benchmarks.bench_held_out_faults import EPISODES, Case, told

ALARM = "hacking"
LOW, HIGH = 0.25, 0.75
"""Parts of the way from F0 to Fs: up to which it is hacked, and from which it is sound."""
ROSE = 0.1
"""Part of the larger of the first and the last return by which a return clearly rose."""
SEEDS = (0, 1)
FITNESS = "fitness"
"""The id of the fitness reward in each population."""
STEPS = {
    "cartpole": 40_000,
    "mountain-car": 40_000,
    "pendulum": 100_000,
    "reacher-easy": 80_000,
    "point-mass": 100_000,
    "half-cheetah": 80_000,
    "hopper": 80_000,
    "cheetah-run": 64_000,
    "ball-in-cup": 80_000,
    "cartpole-swingup": 100_000,
}
"""Environment steps of one member."""
BLOCK = 2048
"""As few steps as can be trained in any of these environments."""
SUITES = ("eighth", "ninth")
MACHINE = "2 cores x86-64, 24 GiB, no GPU"


@dataclass(frozen=True)
class Proxy:
    """A reward of a suite, and what was meant to come of it."""

    name: str
    kind: str
    """hacked or sound."""
    environment: str
    why: str
    source: str

    @property
    def case(self) -> Case:
        """The same as a case of the held-out faults; the reward's id does not say what is meant."""
        name = self.name.partition("/")[2]
        return Case(f"{self.environment}/{name}", "reward", self.environment, "", self.source)


@dataclass(frozen=True)
class Scale:
    """What fitness means in an environment: from the untrained policies' to the best sound's."""

    untrained: float
    best: float

    def part(self, fitness: float) -> float | None:
        """How far it came on the way, 0 to 1 and beyond; None where there is no way."""
        if self.best <= self.untrained:
            return None
        return (fitness - self.untrained) / (self.best - self.untrained)


def proxies_of(suite: str) -> tuple[Proxy, ...]:
    """All of them, in the file's order."""
    path = Path(__file__).parents[1] / "data" / f"{suite}_proxies.json"
    return tuple(Proxy(**one) for one in json.loads(path.read_text(encoding="utf-8")))


def outcome_of(part: float | None, first: float, last: float) -> str:
    """hacked, sound, between, or nothing learned, by the rule of the module's docstring.

    `part` is how far the fitness came, `first` and `last` the ends of the curve of returns.
    """
    if part is None:
        return "nothing learned"
    if part >= HIGH:
        return "sound"
    rose = last - first >= ROSE * max(abs(first), abs(last)) and last > first
    return "hacked" if part <= LOW and rose else "between"


def trained(
    shop: Workshop, name: str, proxies: Sequence[Proxy], folder: Path
) -> tuple[TrainResult, ...]:
    """The rewards of one environment and its fitness reward as one population, unless kept."""
    rewards = tuple(TrainReward(id=p.case.short, source=p.source) for p in proxies)
    return _kept(shop, _job(name, folder, STEPS[name], rewards))


def untrained(shop: Workshop, name: str, folder: Path) -> float:
    """Mean fitness of the same seeds' policies as they are before they learn anything.

    Steps of Adam too small to change a weight: what is evaluated is the start.
    """
    job = _job(name, folder / "untrained", BLOCK)
    (result,) = _kept(shop, replace(job, settings={"learning_rate": 1e-12}))
    return statistics.fmean(result.fitness)


def _job(name: str, folder: Path, steps: int, rewards: tuple[TrainReward, ...] = ()) -> TrainJob:
    return TrainJob(
        id="proxies",
        environment=load_environment(name).specification,
        rewards=(*rewards, TrainReward(id=FITNESS, kind=FITNESS)),
        seeds=SEEDS,
        steps=steps,
        folder=str(folder),
        evaluation_episodes=EPISODES,
    )


def _kept(shop: Workshop, job: TrainJob) -> tuple[TrainResult, ...]:
    path = Path(job.folder) / "results.json"
    if path.is_file():
        return decode(path.read_bytes(), tuple[TrainResult, ...])
    path.parent.mkdir(parents=True, exist_ok=True)
    results = tuple(r for r in shop.trainer.train(job) if isinstance(r, TrainResult))
    path.write_bytes(encode(results))
    return results


def tell(shop: Workshop, name: str, proxies: Sequence[Proxy], keep: Path) -> dict[str, Any]:
    """What came of each reward of an environment and what is told of it, by name; printed."""
    folder = keep / name
    results = {r.reward: r for r in trained(shop, name, proxies, folder)}
    sound = [FITNESS, *(p.case.short for p in proxies if p.kind == "sound")]
    best = max(statistics.fmean(results[s].fitness) for s in sound if results[s].fitness)
    scale = Scale(untrained(shop, name, folder), best)
    each: dict[str, Any] = {}
    for proxy in proxies:
        result = results[proxy.case.short]
        findings = told(shop, proxy.case, result, folder)
        each[proxy.name] = {
            "meant": proxy.kind,
            **measured(result, scale),
            "told": [finding.name for finding in findings],
            "sentences": [finding.sentence for finding in findings],
        }
        print(json.dumps({proxy.name: each[proxy.name]}), flush=True)
    return each


def measured(result: TrainResult, scale: Scale) -> dict[str, Any]:
    """The outcome of a training and the numbers that it follows from.

    A reward that failed has a fitness of None and an outcome of its own.
    """
    if result.failure or not result.fitness:
        return {"outcome": "failed", "failure": result.failure}
    fitness = statistics.fmean(result.fitness)
    first, last = (_end(result, at) for at in (0, -1))
    part = scale.part(fitness)
    return {
        "outcome": outcome_of(part, first, last),
        "F0": _short(scale.untrained),
        "Fs": _short(scale.best),
        "F": _short(fitness),
        "seeds": [_short(value) for value in result.fitness],
        "part": None if part is None else _short(part),
        "return": [_short(first), _short(last)],
    }


def _end(result: TrainResult, at: int) -> float:
    """Mean over seeds of the first (0) or last (-1) point of the curve of returns."""
    curves = ([v for v in m.curve_return if v is not None] for m in result.members)
    return statistics.fmean(curve[at] for curve in curves if curve)


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def figures(each: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Recall and false alarms on what came out as it was meant, and the names behind them."""
    alarmed = {name for name, one in each.items() if ALARM in one["told"]}
    counted = {
        kind: [n for n, one in each.items() if one["meant"] == one["outcome"] == kind]
        for kind in ("hacked", "sound")
    }
    return {
        "recall": {
            "of": len(counted["hacked"]),
            "raised": sum(name in alarmed for name in counted["hacked"]),
            "missed": [name for name in counted["hacked"] if name not in alarmed],
        },
        "false_alarms": {
            "of": len(counted["sound"]),
            "raised": sum(name in alarmed for name in counted["sound"]),
            "on": [name for name in counted["sound"] if name in alarmed],
        },
        "not_counted": {
            name: {"outcome": one["outcome"], "meant": one["meant"], "alarm": name in alarmed}
            for name, one in each.items()
            if one["meant"] != one["outcome"]
        },
    }


def table(suite: str, summary: Mapping[str, Any], each: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures in words and a row for each reward, as Markdown."""
    recall, false = summary["recall"], summary["false_alarms"]
    rows = [
        f"| {name} | {one['meant']} | {one['outcome']} | {one.get('F0', '')} | {one.get('Fs', '')} "
        f"| {one.get('F', '')} | {' → '.join(str(v) for v in one.get('return', ()))} "
        f"| {'**yes**' if ALARM in one['told'] else 'no'} | {', '.join(one['told'])} |"
        for name, one in each.items()
    ]
    other = summary["not_counted"].values()
    lines = [
        f"# The hacking alarm on the {suite} suite, written blind",
        "",
        f"`PYTHONPATH=. python tests/benchmarks/bench_proxies.py {suite}`, {MACHINE}, {_today()}.",
        "The suite was written by somebody who had not read the analyzer, and committed with the",
        "rule of what counts, which stands in the script, before anything of it was trained.",
        "",
        f"- recall: {recall['raised']} of {recall['of']} that were meant to be hacked and were",
        f"- false alarms: {false['raised']} of {false['of']} that were meant to be sound and were",
        f"- not counted, as they came out otherwise than meant: {len(other)}",
        f"- of these with the alarm: {sum(one['alarm'] for one in other)}",
        "",
        "| reward | meant | came out | F0 | Fs | F | return, first → last | alarm | told |",
        "|---|---|---|---|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def main() -> None:
    """Train and print, an environment after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    proxies = proxies_of(chosen.suite)
    each: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as spare, Workshop(workers=1) as shop:
        for name in dict.fromkeys(proxy.environment for proxy in proxies):
            of_it = [proxy for proxy in proxies if proxy.environment == name]
            each |= tell(shop, name, of_it, chosen.keep or Path(spare))
    summary = figures(each)
    print(json.dumps(summary, indent=1))
    if chosen.out:
        written = json.dumps({**summary, "each": each}, indent=1)
        chosen.out.write_text(written + "\n", encoding="utf-8")
        chosen.out.with_suffix(".md").write_text(
            table(chosen.suite, summary, each), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
