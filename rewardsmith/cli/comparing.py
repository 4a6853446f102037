"""compare: rewards side by side under equal budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsmith.cli.interrupts import telling_how_to_go_on
from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say, tell
from rewardsmith.cli.testing import (
    Backend,
    EnvironmentOption,
    Fitness,
    Reduce,
    Signals,
    Words,
    require_sound,
)
from rewardsmith.errors import UsageError


@with_settings(
    "steps",
    "report_seeds",
    "evaluation_episodes",
    "workers",
    "executor",
    "executor_settings",
    "trainer",
    "algo",
    "settings",
    "unsafe_no_sandbox",
    "seed",
    "hang_seconds",
)
def compare(
    rewards: Annotated[
        list[str],
        typer.Argument(
            metavar="REWARD...", help="reward files, run folders, or fitness, sparse, human"
        ),
    ],
    *,
    environment: EnvironmentOption = "",
    task: Words = "",
    fitness: Fitness = "",
    reduce: Reduce = "",
    backend: Backend = "",
    signal_names: Signals = None,
    out: Annotated[
        Path | None, typer.Option(help="folder of the results; one that has some is gone on with")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
    flags: dict[str, Any],
) -> None:
    """Train rewards alike, on the report's seeds, and tell how they compare."""
    from rewardsmith import comparison
    from rewardsmith.config import load_config
    from rewardsmith.environments import load_environment
    from rewardsmith.observers import training_shown
    from rewardsmith.search import require_settings
    from rewardsmith.store import new_run_folder
    from rewardsmith.workshop import Workshop

    if not environment:
        raise UsageError("say which environment: -e ENVIRONMENT[/TASK]")
    config, _ = load_config(flags)
    chosen = load_environment(
        environment,
        backend=backend,
        words=task,
        fitness=fitness,
        reduce=reduce,
        signals=tuple(signal_names or ()),
        hang_seconds=config.hang_seconds,
    )
    planned = comparison.plan_comparison(rewards, chosen, config)
    require_settings(chosen, config)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = out or new_run_folder(Path("runs"), f"compare-{environment}", stamp)
    with (
        telling_how_to_go_on(lambda: f"interrupted; the same again with --out {folder} goes on"),
        Workshop.of(config) as workshop,
    ):
        workshop.warm_up()  # the trainer gets warm while the rewards are looked at
        for reward in planned.rewards:
            if reward.kind == "source":
                require_sound(reward.source, reward.id, chosen, workshop)
        show = partial(training_shown, as_json=as_json)
        say(f"results are kept in {folder}; after a stop the same with --out {folder} goes on")
        rows = comparison.compare(planned, folder=folder, workshop=workshop, show=show, hear=_tell)
    if as_json:
        print_json({"environment": environment, "steps": planned.steps, "rewards": rows})
    else:
        tell(table(rows, chosen.task.unit))
    if all(row.score is None for row in rows):
        raise typer.Exit(1)


def _tell(result: Any) -> None:
    from rewardsmith import stats
    from rewardsmith.observers import score_text

    say(f"{result.reward}: {result.failure or score_text(stats.score(result.fitness))}")


def table(rows: Sequence[Any], unit: str) -> str:
    """The comparison for people."""
    from rewardsmith import stats
    from rewardsmith.cli.tables import plain_table
    from rewardsmith.observers import number, score_text

    over = next((row.improvement.over for row in rows if row.improvement is not None), "")
    head = ("reward", f"fitness [{unit}]" if unit else "fitness", "seeds", f"better than {over}")
    lines = [
        (
            row.reward,
            score_text(row.score) if row.score is not None else "training failed",
            str(len(row.fitness)),
            "–" if row.improvement is None else _share(row.improvement),
            "undefined" if row.normalised is None else number(row.normalised),
        )
        for row in rows
    ]
    note = stats.range_note(row.score for row in rows if row.score is not None)
    text = plain_table((*head, "normalised"), lines)
    return f"{text}\n{note}" if note else text


def _share(improvement: Any) -> str:
    return f"{improvement.value:.2f} [{improvement.low:.2f}, {improvement.high:.2f}]"
