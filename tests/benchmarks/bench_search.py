"""Does evolution pay?  The search against its own parts left out, and against proposals at random.

    python tests/benchmarks/bench_search.py [--seeds 10] [--minutes 60] [--folder FOLDER]

The composer writes: `evolution` with the settings as they are, then without what was measured of a
parent's components, without retuning, without crossover, and with the best of the last generation
as parents (Eureka's rule).  These have the same places for candidates; what the races of retuning
and further seeds of elites take comes on top, and the steps are told in the table.  `random` makes
initial proposals only, in one generation, and as many as the steps of the same seed's `evolution`
pay for, retuning and elites among them (as the product's own random search does).

The figure of a search is its winner's fitness on report seeds, which had no part in choosing it.
A row is the interquartile mean over the search seeds with a bootstrap interval (95 %), and the
probability that a search beats `random`.  Searches are interleaved, so that what is finished when
the minutes are over compares alike; what is finished is kept in the folder, and is not done again.
Writes results/search.json and search.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rewardsmith import evolve, load_environment, stats
from rewardsmith.archive import Archive, first_steps, paid_steps
from rewardsmith.config import Config
from rewardsmith.records import RewardTrained, RunFinished
from rewardsmith.run import open_run
from rewardsmith.search import sitting
from rewardsmith.workshop import Workshop

RESULTS = Path(__file__).parent / "results"
FOLDER = Path(__file__).parents[2] / "runs" / "bench-search"
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
GENERATIONS, CANDIDATES = 4, 4
BASE: dict[str, Any] = {
    "generations": GENERATIONS,
    "candidates": CANDIDATES,
    "seeds": 1,
    "elites": 1,
    "elite_seeds": 1,
    "finalists": 2,
    "confirmation_seeds": 1,
    "report_seeds": 2,
    "evaluation_episodes": 8,
    "retune": 0.25,
    "workers": 1,
}
EVOLUTION, RANDOM = "evolution", "random"
ARMS: dict[str, dict[str, Any]] = {
    EVOLUTION: {},
    RANDOM: {"generations": 1},
    "no diagnosis": {"diagnosis": False},
    "no retune": {"retune": 0.0},
    "no crossover": {"crossover": 0.0},
    "last-best parents": {"parents": "last-best"},
}
TASKS: dict[str, dict[str, Any]] = {
    "mountain-car": {"steps": 12_288},
    "pendulum": {"steps": 24_576},
    "cartpole": {
        "steps": 10_240,
        "words": "Balance the pole with the cart at one metre to the right of the middle.",
        "fitness": "(abs(cart_position - 1.0) < 0.2) * 1.0",
        "reduce": "sum",
    },
}


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
    config = Config(**{**BASE, **changes})
    sitting.Workshop = SimpleNamespace(of=lambda *_, **__: shop)
    trained, best = 0, None
    with tempfile.TemporaryDirectory() as folder:
        for event in evolve(load_environment(task, **given), config, run=Path(folder) / "run"):
            if isinstance(event, RewardTrained) and event.result.purpose != "report":
                trained += sum(member.steps for member in event.result.members)
            if isinstance(event, RunFinished):
                best = event.scores.get("best")
        paid = proposals_of(open_run(Path(folder) / "run").archive)
    return Found(task, arm, seed, None if best is None else best.value, trained, paid)


def proposals_of(archive: Archive) -> int:
    """How many initial proposals a search's selection would have paid for."""
    each = first_steps(archive, BASE["seeds"])
    return GENERATIONS * CANDIDATES if each is None else max(round(paid_steps(archive) / each), 1)


def budget_of(found: Sequence[Found], task: str, arm: str, seed: int) -> int | None:
    """What `random` may propose: as much as the evolution of the same seed paid for."""
    paid = (f.proposals for f in found if (f.task, f.arm, f.seed) == (task, EVOLUTION, seed))
    return next(paid) if arm == RANDOM else None


def all_found(path: Path) -> list[Found]:
    """What earlier runs have finished; not those of a time when `random` had fewer steps."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Found(**known) for line in lines if "proposals" in (known := json.loads(line))]


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


def write(rows: list[dict[str, Any]]) -> None:
    """results/search.json and search.md."""
    facts = {
        "command": "python tests/benchmarks/bench_search.py",
        "machine": MACHINE,
        "date": datetime.now(UTC).date().isoformat(),
        "settings": BASE,
        "tasks": TASKS,
        "rows": rows,
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
    (RESULTS / "search.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Search until all seeds are done or the minutes are over; write what there is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--environments", nargs="+", default=list(TASKS))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    kept = chosen.folder / "found.jsonl"
    began, found = time.monotonic(), all_found(kept)
    done = {(f.task, f.arm, f.seed) for f in found}
    with Shared(workers=1) as shop:
        wanted = itertools.product(range(chosen.seeds), chosen.environments, ARMS)
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
            write(rows_of(found))


if __name__ == "__main__":
    main()
