"""analyze: what a reward's components do, in a table and in plots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say, tell
from rewardsmith.cli.testing import EnvironmentOption, Signals, any_task
from rewardsmith.errors import UsageError

HEAD = ("component", "mean", "spread", "share", "active", "trend")
MEASURED = ("fitness by step", "by episode", "order", "in training")
"""The columns that only a task with a fitness has."""
LEGEND = "mean and spread are a step's; trend: rank correlation with the step of the episode"
MEASURED_LEGEND = (
    "; fitness by step, by episode: correlation with the task's measure; order: part of the pairs "
    "of episodes in which the fitter has more (50% is chance); in training: rank correlation of "
    "the component's mean and fitness along it"
)


@with_settings("unsafe_no_sandbox")
def analyze(
    reward: Annotated[Path, typer.Argument(metavar="FILE|RUN", help="a reward file, or a run")],
    *,
    environment: EnvironmentOption = "",
    candidate: Annotated[
        str, typer.Option(help="of a run: the candidate to analyze; the best if not given")
    ] = "",
    signal_names: Signals = None,
    out: Annotated[Path | None, typer.Option(help="a folder for plots (PNG)")] = None,
    over: Annotated[
        tuple[str, str] | None,
        typer.Option(
            help="the two signals that fields are drawn over, NAME or NAME[i]; with --out",
            metavar="SIGNAL SIGNAL",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
    flags: dict[str, Any],
) -> None:
    """Show what each component of a reward does and what ails it; with --out, plots as well."""
    from rewardsmith.config import load_config
    from rewardsmith.workshop import Workshop

    if over is not None and out is None:
        raise UsageError("--over chooses what is plotted; say where to with --out FOLDER")
    config, _ = load_config(flags)
    with Workshop(unsafe=config.unsafe_no_sandbox) as workshop:
        if reward.is_dir():
            if environment or signal_names:
                raise UsageError(f"{reward} is a run, which knows its environment; leave out -e")
            found = _of_run(reward, candidate, workshop)
        else:
            if candidate:
                raise UsageError(f"--candidate {candidate} needs a run; {reward} is a file")
            found = _of_file(reward, environment, tuple(signal_names or ()), workshop)
    plots = _plots(found, out, over)
    if as_json:
        print_json(_plain(found, plots))
    else:
        _tell(found)
    for path in plots:
        say(f"wrote {path}")


def _of_file(file: Path, environment: str, signals: tuple[str, ...], workshop: Any) -> Any:
    from rewardsmith import api
    from rewardsmith.environments import load_environment
    from rewardsmith.errors import RewardFailed, RewardInvalid
    from rewardsmith.exporters import environment_named_in

    name = environment or environment_named_in(file)
    if not name:
        raise UsageError(f"{file} names no environment; say which: -e ENVIRONMENT[/TASK]")
    chosen = load_environment(name, signals=signals, **any_task(name))
    try:
        return api.analyze(file, chosen, workshop=workshop)
    except RewardFailed as error:
        raise RewardInvalid(
            f"{file} cannot be analyzed: {error}; rewardsmith check {file}"
        ) from error


def _of_run(folder: Path, candidate: str, workshop: Any) -> Any:
    from rewardsmith.analysis import analyze_candidate
    from rewardsmith.exporters import computed_in
    from rewardsmith.run import open_run

    run = open_run(folder)
    name = candidate or run.best_candidate.id
    bank = workshop.bank(run.environment)
    return analyze_candidate(run, name, bank, computed_in(workshop.rewards))


def _plots(found: Any, out: Path | None, over: tuple[str, str] | None) -> tuple[Path, ...]:
    if out is None:
        return ()
    from rewardsmith.plots import write_plots

    return write_plots(found, out, over)


def _plain(found: Any, plots: tuple[Path, ...]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "reward": found.name,
        "environment": found.environment,
        "episodes": found.episodes,
        "steps": found.steps,
        "total": asdict(found.total),
        "components": [asdict(component) for component in found.components],
        "findings": found.findings,
        "trained": found.result is not None,
        "numbers": found.numbers,
        "plots": [str(path) for path in plots],
    }


def _tell(found: Any) -> None:
    from rewardsmith.cli.tables import plain_table

    tell(
        f"{found.name} on {found.environment}: {found.episodes} recorded episodes of simple "
        f"policies, {found.steps:,} steps\n"
    )
    head = (*HEAD, *MEASURED) if found.measured else HEAD
    rows = [_row(part)[: len(head)] for part in (*found.components, found.total)]
    tell(plain_table(head, rows))
    tell(f"\n{LEGEND}{MEASURED_LEGEND if found.measured else ''}")
    what = "its training" if found.result is not None else "the recorded episodes"
    if not found.findings:
        tell(f"\nNothing is wrong by {what}.")
    for finding in found.findings:
        tell(f"\n{finding.name}: {finding.sentence}")
    if found.numbers:
        tell(f"\n{found.numbers}")


def _row(part: Any) -> tuple[str, ...]:
    def relation(value: float | None) -> str:
        return "–" if value is None else f"{value:+.2f}"

    order = part.agreement.order
    return (
        part.name,
        f"{part.mean:+.3g}",
        f"{part.spread:.3g}",
        f"{part.share:.0%}",
        f"{part.active:.0%}",
        relation(part.trend),
        relation(part.agreement.steps),
        relation(part.agreement.episodes),
        "–" if order is None else f"{order:.0%}",
        relation(part.training),
    )
