"""Does evolution pay?  The search against its own parts left out, and against proposals at random.

    python tests/benchmarks/bench_search.py [--seeds 10] [--minutes 20] [--environments ...]

Every arm has the same budget of candidates, seeds and steps, and the composer writes: `evolution`
with the settings as they are, then without retuning, without crossover, without adaptation of the
operators' shares, with the best of the last generation as parents (Eureka's rule), and `random`,
where all candidates are initial proposals of one generation.  Leaving out the diagnosis is no arm:
the composer does not read it, so it would be the first arm again.

The figure of a search is its winner's fitness on report seeds, which had no part in choosing it.
A row is the interquartile mean over the search seeds with a bootstrap interval (95 %), and the
probability that a search beats `random`.  Searches are interleaved, so that what is finished when
the minutes are over compares alike.  Writes results/search.json and search.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rewardsmith import evolve, load_environment, stats
from rewardsmith.config import Config
from rewardsmith.records import RunFinished
from rewardsmith.search import sitting
from rewardsmith.workshop import Workshop

RESULTS = Path(__file__).parent / "results"
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
ARMS: dict[str, dict[str, Any]] = {
    "evolution": {},
    "random": {"generations": 1, "candidates": GENERATIONS * CANDIDATES},
    "no retune": {"retune": 0.0},
    "no crossover": {"crossover": 0.0},
    "last-best parents": {"parents": "last-best"},
    "no adaptation": {"adapt": False},
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


class Shared(Workshop):
    """One workshop for all searches: servers are started once."""

    def __exit__(self, *_: object) -> None:
        """Stay open."""


def search(task: str, arm: str, seed: int, shop: Shared) -> float | None:
    """The winner's score on report seeds."""
    given = dict(TASKS[task])
    steps = given.pop("steps")
    config = Config(**{**BASE, "steps": steps, "seed": seed, **ARMS[arm]})
    sitting.Workshop = lambda **_: shop  # pyright: ignore[reportAttributeAccessIssue]
    with tempfile.TemporaryDirectory() as folder:
        *_, last = evolve(load_environment(task, **given), config, run=Path(folder) / "run")
    best = last.scores.get("best") if isinstance(last, RunFinished) else None
    return None if best is None else best.value


def rows_of(found: dict[str, dict[str, list[float]]]) -> list[dict[str, Any]]:
    """One row for each task and arm."""
    rows: list[dict[str, Any]] = []
    for task, arms in found.items():
        for arm, values in arms.items():
            score = stats.score(values)
            better = stats.probability_of_improvement(values, arms["random"])
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
                        "values": [round(value, 4) for value in values],
                    }
                )
    return rows


def write(rows: list[dict[str, Any]], minutes: float) -> None:
    """results/search.json and search.md."""
    facts = {
        "command": "python tests/benchmarks/bench_search.py",
        "machine": MACHINE,
        "date": datetime.now(UTC).date().isoformat(),
        "minutes": round(minutes, 1),
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
            f"{CANDIDATES} candidates, one selection seed, the composer writes.  The score is the "
            "winner's on report seeds, the interquartile mean over the searches with a bootstrap "
            "interval (95 %)."
        ),
        "",
        "| environment | arm | searches | score | interval | beats random | interval |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['environment']} | {r['arm']} | {r['searches']} | {r['score']:.3g} | "
        f"{r['interval'][0]:.3g} to {r['interval'][1]:.3g} | {r['beats_random']:.2f} | "
        f"{r['beats_random_interval'][0]:.2f} to {r['beats_random_interval'][1]:.2f} |"
        for r in rows
    ]
    (RESULTS / "search.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Search until all seeds are done or the minutes are over; write what there is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--environments", nargs="+", default=list(TASKS))
    chosen = parser.parse_args()
    began = time.monotonic()
    found = {task: {arm: list[float]() for arm in ARMS} for task in chosen.environments}
    with Shared(workers=1) as shop:
        try:
            for seed in range(chosen.seeds):
                for task in chosen.environments:
                    for arm in ARMS:
                        if time.monotonic() - began > 60 * chosen.minutes:
                            return
                        value = search(task, arm, seed, shop)
                        if value is not None:
                            found[task][arm].append(value)
                        print(f"{task}, seed {seed}, {arm}: {value}", flush=True)
        finally:
            Workshop.__exit__(shop, None, None, None)
            write(rows_of(found), (time.monotonic() - began) / 60)


if __name__ == "__main__":
    main()
