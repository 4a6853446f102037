"""Evolution against initial proposals only, with recorded answers of a model, at equal budgets.

    python tests/benchmarks/bench_recordings.py [--environments ...] [--runs FOLDER] [--workers 1]

Every recording `tests/data/recordings/NAME-ARM.jsonl` is one search that asked a model: `evolution`
with the settings as they are, `random` with as many initial proposals in one generation.  What
evolution spends on elites and on retuning, random may spend on more finalists.  Each search is
repeated from its file, without the model, in a folder under `--runs` (what is finished there is not
repeated), and what came of it is written to results/recordings.json and recordings.md.

One search an arm and environment shows what happened, not what happens: the intervals are over the
policies of one winner, not over searches.  Acrobot lies in tests/benchmarks/environments/.

A replay is the same search only with the code that the recording was made with (CODE): where later
code retunes a parent otherwise, a place may need an answer that was never given, and the replay
stops and says so.  To repeat it exactly, first

    git checkout 31fec3e -- rewardsmith prompts environments
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rewardsmith import evolve, load_environment, stats
from rewardsmith.archive import Archive
from rewardsmith.config import Config
from rewardsmith.environments import Environment
from rewardsmith.records import Score
from rewardsmith.run import open_run

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parent / "data" / "recordings"
RESULTS = HERE / "results"
COMMAND = "python tests/benchmarks/bench_recordings.py"
CODE = "31fec3e"
"""The commit that the searches ran with."""
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
STEPS = {"cartpole": 10_240, "pendulum": 40_960, "acrobot": 5_120}
TASKS = {
    "cartpole": {
        "words": "Balance the pole with the cart at one metre to the right of the middle.",
        "fitness": "(abs(cart_position - 1.0) < 0.2) * 1.0",
        "reduce": "sum",
    }
}
"""Tasks of the command line, where the environment's own was not taken."""
ARMS: dict[str, dict[str, Any]] = {
    "evolution": {"generations": 4, "candidates": 8},
    "random": {"generations": 1, "candidates": 32, "finalists": 11},
}
"""What the recorded searches were started with, beside the defaults; so a replay must be, too."""


def environment_of(name: str) -> Environment:
    """A recording's environment with its task."""
    return load_environment(name, **TASKS.get(name, {}))


def config_of(environment: str, arm: str, workers: int = 1) -> Config:
    """The settings that repeat a recorded search."""
    recording = RECORDINGS / f"{environment}-{arm}.jsonl"
    chosen = {"steps": STEPS[environment], "workers": workers, "replay_from": str(recording)}
    return Config(**chosen, baseline="none", **ARMS[arm])


def replayed(environment: str, arm: str, folder: Path, workers: int) -> Archive:
    """The archive of a recorded search, repeated where the folder does not hold it."""
    config = config_of(environment, arm, workers)
    for _ in evolve(environment_of(environment), config, run=folder):
        pass
    return open_run(folder).archive


def row_of(environment: str, arm: str, archive: Archive) -> dict[str, Any]:
    """What one search found and what it used."""
    finished = archive.finished
    winner = finished.best if finished is not None else None
    if finished is None or winner is None:
        raise RuntimeError(f"{environment}, {arm}: the search found nothing")
    rejected = sum(not verdict.passed for verdict in archive.verdicts.values())
    purposes = sorted({purpose for _, purpose in archive.results})
    return {
        "environment": environment,
        "arm": arm,
        "searches": 1,
        "winner": winner,
        "operator": archive.candidates[winner].operator,
        "report": _score(finished.scores["best"]),
        "report_values": [round(value, 4) for value in archive.results[winner, "report"].fitness],
        "fitness_reward": _score(finished.scores["fitness"]),
        "selected": _score(archive.scores[winner]),
        "best_by_generation": best_by_generation(archive),
        "completions": len(archive.completions),
        "rejected": rejected,
        "again": len(archive.twins),
        "steps": {purpose: _steps(archive, purpose) for purpose in purposes},
    }


def best_by_generation(archive: Archive) -> list[float]:
    """The best score on the first selection seeds so far, after each generation.

    On these seeds alone, which every candidate has: an elite's further seeds lower what luck had
    raised, and a curve of both would mix the two.
    """
    best: list[float] = []
    for generation in archive.generations:
        found = [
            score
            for name, candidate in archive.candidates.items()
            if candidate.generation == generation
            and (score := first_score(archive, name)) is not None
        ]
        best.append(round(max(found + best[-1:]), 4))
    return best


def first_score(archive: Archive, name: str) -> float | None:
    """A candidate's score on the seeds that all candidates have."""
    result = archive.results.get((name, "selection"))
    members = result.members[: Config().seeds] if result is not None else ()
    if any(member.fitness is None for member in members):
        return None
    return stats.interquartile_mean(m.fitness for m in members if m.fitness is not None)


def _steps(archive: Archive, purpose: str) -> int:
    found = [result for (_, why), result in archive.results.items() if why == purpose]
    return sum(member.steps for result in found for member in result.members)


def _score(score: Score) -> dict[str, Any]:
    interval = [round(score.low, 4), round(score.high, 4)]
    return {"value": round(score.value, 4), "interval": interval, "seeds": score.seeds}


def _told(score: dict[str, Any]) -> str:
    low, high = score["interval"]
    return f"{score['value']:.3g} ({low:.3g} to {high:.3g})"


def write(rows: list[dict[str, Any]]) -> None:
    """results/recordings.json and recordings.md."""
    facts = {
        "command": COMMAND,
        "machine": MACHINE,
        "code": CODE,
        "date": datetime.now(UTC).date().isoformat(),
        "steps": STEPS,
        "tasks": TASKS,
        "arms": ARMS,
        "rows": rows,
    }
    (RESULTS / "recordings.json").write_text(json.dumps(facts, indent=1) + "\n")
    lines = [
        "# Evolution against initial proposals only, a model's answers",
        "",
        (
            f"`{COMMAND}`, {MACHINE}, {facts['date']}: the searches in `tests/data/recordings`, "
            "repeated without the model.  **One search an arm and environment**, so nothing is "
            "said of searches in general; the intervals (95 %) are over the five report seeds of "
            "that search's winner.  Steps are all that were trained before the report, elites, "
            "retuning and finalists included.  Best after each generation: the highest score on "
            "the two selection seeds that all candidates have, the luck of the highest included.  "
            "The operator is the winner's: an `initial` proposal of a later generation has seen "
            "what was tried and its scores, and no parent.  "
            f"Recorded with the code of {CODE}; a replay is the same search only with it "
            f"(`git checkout {CODE} -- rewardsmith prompts environments`)."
        ),
        "",
        (
            "| environment | arm | searches | answers | rejected | over again | steps "
            "| winner | operator | report seeds | fitness as reward | best after each generation |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        steps = sum(count for why, count in row["steps"].items() if why != "report")
        best = ", ".join(f"{value:.3g}" for value in row["best_by_generation"])
        lines.append(
            f"| {row['environment']} | {row['arm']} | {row['searches']} | {row['completions']} | "
            f"{row['rejected']} | {row['again']} | {steps:,} | "
            f"{row['winner']} | {row['operator']} | {_told(row['report'])} | "
            f"{_told(row['fitness_reward'])} | {best} |"
        )
    (RESULTS / "recordings.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Repeat every recorded search, write what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--environments", nargs="+", default=list(STEPS))
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    began = Path.cwd()
    os.chdir(HERE)  # where acrobot is found
    with tempfile.TemporaryDirectory() as temporary:
        runs = (began / chosen.runs) if chosen.runs else Path(temporary)
        rows: list[dict[str, Any]] = []
        for environment in chosen.environments:
            for arm in ARMS:
                folder = runs / f"{environment}-{arm}"
                rows.append(
                    row_of(environment, arm, replayed(environment, arm, folder, chosen.workers))
                )
                print(json.dumps(rows[-1]), flush=True)
        write(rows)


if __name__ == "__main__":
    main()
