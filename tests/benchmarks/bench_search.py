"""Does evolution pay?  The search against its own parts left out, and against proposals at random.

    python tests/benchmarks/bench_search.py [--seeds 10] [--first 20] [--minutes 60] [--arms ARM]

The composer writes: `evolution` with the settings as they are, then without what was measured of a
parent's components, without retuning, without crossover, without comparing proposals by recorded
episodes before one is tried, and with the best of the last generation as parents (Eureka's rule).
These have the same places for candidates; what the races of retuning and further seeds of elites
take comes on top, and the steps are told in the table.  `random` makes initial proposals only, in
one generation, and as many as the steps of the same seed's `evolution` pay for, retuning and elites
among them (as the product's own random search does).

The figure of a search is its winner's fitness on report seeds, which had no part in choosing it.
A row is the interquartile mean over the search seeds with a bootstrap interval (95 %), and the
probability that a search beats `random`.  Searches are interleaved, so that what is finished when
the minutes are over compares alike; what is finished is kept in the folder, and is not done again.
A second table tells of each operator how often a child of the evolution searches was ahead of the
best of its parents (an initial proposal: of all before it), and how far, in the part of the highest
score on the task.  Parents were chosen because they were ahead, partly by luck, and their children
were not.

Writes results/search.json and search.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rewardsmith import evolve, load_environment, plan, stats
from rewardsmith.archive import Archive, first_steps, paid_steps
from rewardsmith.archive.operators import operator_of
from rewardsmith.config import Config
from rewardsmith.environments import Environment
from rewardsmith.records import (
    FinalistsOrdered,
    RewardTrained,
    TrainJob,
    TrainResult,
    TrainReward,
)
from rewardsmith.run import open_run
from rewardsmith.search import sitting, trainer_settings
from rewardsmith.workshop import Workshop

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
FOLDER = HERE.parents[1] / "runs" / "bench-search"
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
GENERATIONS, CANDIDATES = 3, 6
BASE: dict[str, Any] = {
    "generations": GENERATIONS,
    "candidates": CANDIDATES,
    "seeds": 1,
    "elites": 1,
    "elite_seeds": 1,
    "finalists": 4,
    "confirmation_seeds": 3,
    "report_seeds": 5,
    "evaluation_episodes": 8,
    "retune": 0.17,
    "undecided": 4,
    "workers": 1,
}
EVOLUTION, RANDOM = "evolution", "random"
ARMS: dict[str, dict[str, Any]] = {
    EVOLUTION: {},
    RANDOM: {"generations": 1},
    "no diagnosis": {"diagnosis": False},
    "no retune": {"retune": 0.0},
    "no crossover": {"crossover": 0.0},
    "no screening": {"screen": 1},
    "last-best parents": {"parents": "last-best"},
}
TASKS: dict[str, dict[str, Any]] = {
    "acrobot": {"steps": 5_120},
    "mountain-car": {
        "steps": 6_144,
        "words": "Drive the car up the hill on the right and reach the flag as early as you can.",
        "fitness": "terminated * (1.0 - episode_step / 200.0)",
        "reduce": "sum",
    },
    "cartpole": {
        "steps": 12_288,
        "words": "Balance the pole and keep the cart in the middle of the track.",
        "fitness": "(abs(cart_position) < 0.1) * 1.0",
        "reduce": "sum",
    },
}
"""With so few steps that first proposals end between nothing and the most there is: what is
looked for is a reward that teaches fast."""


@dataclass(frozen=True)
class Found:
    """One search."""

    task: str
    arm: str
    seed: int
    score: float | None
    """The winner's, on report seeds."""
    steps: int
    """Trained until the winner was known."""
    proposals: int
    """So many initial proposals, raced alike, would have cost what its selection did."""
    children: list[tuple[str, float, float]]
    """Of the later generations: operator, score, and that of the best parent."""


class Shared(Workshop):
    """One workshop for all searches: servers are started once."""

    def __exit__(self, *_: object) -> None:
        """Stay open."""


def search(task: str, arm: str, seed: int, shop: Shared, proposals: int | None = None) -> Found:
    """The winner's score on report seeds, and the steps that were trained.

    `proposals` takes the place of the candidates of a generation, where it is given.
    """
    given = dict(TASKS[task])
    steps = given.pop("steps")
    changes = {"steps": steps, "seed": seed, "baseline": "none", **ARMS[arm]}
    changes |= {} if proposals is None else {"candidates": proposals}
    config, environment = Config(**{**BASE, **changes}), load_environment(task, **given)
    sitting.Workshop = SimpleNamespace(of=lambda *_, **__: shop)
    trained = 0
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        with closing(evolve(environment, config, run=run)) as events:
            for event in events:
                if isinstance(event, RewardTrained):
                    trained += sum(member.steps for member in event.result.members)
                if isinstance(event, FinalistsOrdered):
                    break
        archive = open_run(run).archive
        score = report_on(archive, environment, config, shop, run)
    return Found(task, arm, seed, score, trained, proposals_of(archive), children_of(archive))


def report_on(
    archive: Archive, environment: Environment, config: Config, shop: Shared, run: Path
) -> float | None:
    """The winner's score on report seeds, without the baselines that a run trains beside it."""
    winner = archive.best()
    if winner is None:
        return None
    job = TrainJob(
        id="report",
        environment=environment.specification,
        rewards=(TrainReward(id=winner.id, source=winner.source),),
        seeds=plan.training_seeds(config, "report"),
        steps=config.steps or environment.task.steps,
        folder=str(run.resolve()),
        settings=trainer_settings(config),
        evaluation_episodes=config.evaluation_episodes,
        purpose="report",
    )
    (result,) = (reply for reply in shop.executor.train(job) if isinstance(reply, TrainResult))
    return stats.interquartile_mean(result.fitness)


def children_of(archive: Archive) -> list[tuple[str, float, float]]:
    """Every scored candidate of a later generation beside the best that it came from."""
    scores = {name: archive.scores[name].value for name in archive.ranking()}
    children: list[tuple[str, float, float]] = []
    for name, score in sorted(scores.items()):
        candidate = archive.candidates[name]
        before = [
            s for n, s in scores.items() if archive.candidates[n].generation < candidate.generation
        ]
        own = [scores[parent] for parent in candidate.parents if parent in scores]
        if before:
            children.append((operator_of(candidate), score, max(own or before)))
    return children


def proposals_of(archive: Archive) -> int:
    """How many initial proposals a search's selection would have paid for."""
    each = first_steps(archive, BASE["seeds"])
    return GENERATIONS * CANDIDATES if each is None else max(round(paid_steps(archive) / each), 1)


def budget_of(found: Sequence[Found], task: str, arm: str, seed: int) -> int | None:
    """What `random` may propose: as much as the evolution of the same seed paid for."""
    paid = (f.proposals for f in found if (f.task, f.arm, f.seed) == (task, EVOLUTION, seed))
    return next(paid) if arm == RANDOM else None


def all_found(path: Path) -> list[Found]:
    """What earlier runs have finished; not those of a time when children were not told."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Found(**known) for line in lines if "children" in (known := json.loads(line))]


def rows_of(found: Sequence[Found]) -> list[dict[str, Any]]:
    """One row for each task and arm."""
    rows: list[dict[str, Any]] = []
    for task, arm in itertools.product(TASKS, ARMS):
        own = [f for f in found if (f.task, f.arm) == (task, arm) and f.score is not None]
        rival = [f for f in found if (f.task, f.arm) == (task, RANDOM) and f.score is not None]
        values = [f.score for f in own]
        score = stats.score(values)
        better = stats.probability_of_improvement(values, [f.score for f in rival])
        if score is not None and better is not None:
            rows.append(
                {
                    "environment": task,
                    "arm": arm,
                    "searches": score.seeds,
                    "score": round(score.value, 4),
                    "interval": [round(score.low, 4), round(score.high, 4)],
                    "beats_random": round(better.value, 2),
                    "beats_random_interval": [round(better.low, 2), round(better.high, 2)],
                    "steps": round(sum(f.steps for f in own) / len(own)),
                    "values": [round(value, 4) for value in values],
                }
            )
    return rows


def operators_in(found: Sequence[Found]) -> list[dict[str, Any]]:
    """One row for each operator, over the evolution searches of all tasks."""
    most = {
        task: max((f.score or 0.0 for f in found if f.task == task), default=0.0) for task in TASKS
    }
    gains: dict[str, list[float]] = {}
    for one in found:
        for operator, score, best in one.children if one.arm == EVOLUTION else ():
            gains.setdefault(operator, []).append((score - best) / (most[one.task] or 1.0))
    rows: list[dict[str, Any]] = []
    for operator, values in sorted(gains.items()):
        ahead = [gain for gain in values if gain > 0]
        rows.append(
            {
                "operator": operator,
                "children": len(values),
                "ahead": round(len(ahead) / len(values), 3),
                "interval": [round(end, 3) for end in wilson(len(ahead), len(values))],
                "gain_of_those": round(statistics.median(ahead), 3) if ahead else None,
                "gain_of_all": round(statistics.median(values), 3),
            }
        )
    return rows


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    middle, room = hits + z * z / 2, z * math.sqrt(hits * (count - hits) / count + z * z / 4)
    return (middle - room) / (count + z * z), (middle + room) / (count + z * z)


def write(found: Sequence[Found]) -> None:
    """results/search.json and search.md."""
    rows, operators = rows_of(found), operators_in(found)
    facts = {
        "command": "python tests/benchmarks/bench_search.py",
        "machine": MACHINE,
        "date": datetime.now(UTC).date().isoformat(),
        "settings": BASE,
        "tasks": TASKS,
        "rows": rows,
        "operators": operators,
    }
    (RESULTS / "search.json").write_text(json.dumps(facts, indent=1) + "\n")
    lines = [
        "# The search against its parts left out",
        "",
        (
            f"`{facts['command']}`, {MACHINE}, {facts['date']}; {GENERATIONS} generations of "
            f"{CANDIDATES} candidates, one selection seed, the composer writes; `random` has as "
            "many initial proposals as evolution's steps pay for.  The score is the winner's "
            "on report seeds, the interquartile mean over the searches with a bootstrap interval "
            "(95 %)."
        ),
        "",
        "| environment | arm | searches | score | interval | beats random | interval | steps |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['environment']} | {r['arm']} | {r['searches']} | {r['score']:.3g} | "
        f"{r['interval'][0]:.3g} to {r['interval'][1]:.3g} | {r['beats_random']:.2f} | "
        f"{r['beats_random_interval'][0]:.2f} to {r['beats_random_interval'][1]:.2f} | "
        f"{r['steps'] / 1000:.0f}k |"
        for r in rows
    ]
    lines += [
        "",
        "## Operators",
        "",
        (
            "Children in the evolution searches: the share that was ahead of its best parent "
            "(95 %), by how much those were in the median, and all, in parts of the task's "
            "highest score."
        ),
        "",
        "| operator | children | ahead | interval | gain of those | gain of all |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['operator']} | {r['children']} | {r['ahead']:.2f} | {r['interval'][0]:.2f} to "
        f"{r['interval'][1]:.2f} | {r['gain_of_those']} | {r['gain_of_all']} |"
        for r in operators
    ]
    (RESULTS / "search.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Search until all seeds are done or the minutes are over; write what there is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=20, help="the first search seed")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--environments", nargs="+", default=list(TASKS))
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=list(ARMS))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args()
    os.chdir(HERE)  # where acrobot is found
    chosen.folder.mkdir(parents=True, exist_ok=True)
    kept = chosen.folder / "found.jsonl"
    began, found = time.monotonic(), all_found(kept)
    done = {(f.task, f.arm, f.seed) for f in found}
    with Shared(workers=1) as shop:
        wanted = itertools.product(
            range(chosen.first, chosen.first + chosen.seeds), chosen.environments, chosen.arms
        )
        try:
            for seed, task, arm in wanted:
                if (task, arm, seed) in done:
                    continue
                if time.monotonic() - began > 60 * chosen.minutes:
                    break
                paid = budget_of(found, task, arm, seed)
                found.append(search(task, arm, seed, shop, paid))
                with kept.open("a") as file:
                    file.write(json.dumps(asdict(found[-1])) + "\n")
                print(f"{task}, seed {seed}, {arm}: {found[-1].score}", flush=True)
        finally:
            Workshop.__exit__(shop, None, None, None)
            write(found)


if __name__ == "__main__":
    main()
