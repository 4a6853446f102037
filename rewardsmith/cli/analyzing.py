"""analyze: what a reward's components do, in a table and in plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from rewardsmith.cli.interrupts import telling_how_to_go_on
from rewardsmith.cli.options import typed_flags, with_settings
from rewardsmith.cli.output import print_json, say, tell
from rewardsmith.cli.testing import (
    Backend,
    EnvironmentOption,
    Fitness,
    Reduce,
    Signals,
    Words,
    any_task,
    require_sound,
)
from rewardsmith.cli.training import TRAINING, how_to_go_on, shown, train_with
from rewardsmith.errors import UsageError

HEAD = ("component", "mean", "spread", "share", "active", "trend")
MEASURED = ("fitness by step", "by episode", "order", "in training")
"""The columns that only a task with a fitness has."""
LEGEND = "mean and spread are a step's; trend: rank correlation with the step of the episode"
MEASURED_LEGEND = (
    "; fitness by step: correlation with the task's measure within episodes; by episode: rank "
    "correlation of the sums; order: part of the pairs of episodes in which the fitter has more "
    "(50% is chance); in training: rank correlation of the component's mean and fitness along it"
)
SIMPLE = (
    "That is told of episodes of simple policies. What a policy does that was trained with this "
    "reward is told with --train."
)


@with_settings(*TRAINING, "unsafe_no_sandbox")
def analyze(
    reward: Annotated[Path, typer.Argument(metavar="FILE|RUN", help="a reward file, or a run")],
    *,
    environment: EnvironmentOption = "",
    task: Words = "",
    fitness: Fitness = "",
    reduce: Reduce = "",
    backend: Backend = "",
    candidate: Annotated[
        str, typer.Option(help="of a run: the candidate to analyze; the best if not given")
    ] = "",
    signal_names: Signals = None,
    train: Annotated[
        bool, typer.Option("--train", help="of a file: train with it, and analyze its training")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(help="folder for its policies and trajectories; with --train")
    ] = None,
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
    """Show what each component of a reward does and what ails it; with --out, plots as well.

    The numbers are those of recorded episodes of simple policies; with --train, and of a run, what
    ails it is told of policies that were trained with it.
    """
    from rewardsmith.config import load_config

    if over is not None and out is None:
        raise UsageError("--over chooses what is plotted; say where to with --out FOLDER")
    where = {"words": task, "fitness": fitness, "reduce": reduce, "backend": backend}
    where |= {"signals": tuple(signal_names or ())}
    config, _ = load_config(flags)
    asked = (["--keep"] if keep is not None else []) + typed_flags(flags, TRAINING)
    hint = ""
    if reward.is_dir():
        _require_no_choice(reward, environment, where, ["--train"] * train + asked)
        found = _of_run(reward, candidate, config)
    else:
        _require_file_choice(reward, candidate, [] if train else asked)
        chosen = _environment(reward, environment, where, config, train=train)
        hint = SIMPLE if chosen.backends and not train else ""
        if train:
            wanted = _Wanted(keep, out, over, as_json=as_json)
            found = _trained(reward, chosen, config, wanted)
        else:
            found = _of_file(reward, chosen, config)
    _show(found, _plots(found, out, over), hint, as_json=as_json)


def _require_file_choice(file: Path, candidate: str, asked: Sequence[str]) -> None:
    """Raises UsageError for what only a run has, or only a training."""
    if candidate:
        raise UsageError(f"--candidate {candidate} needs a run; {file} is a file")
    if asked:
        raise UsageError(
            f"{asked[0]} is for a training, and there is none without --train; add that, or "
            f"leave {asked[0]} out"
        )


def _show(found: Any, plots: Sequence[Path], hint: str, *, as_json: bool) -> None:
    """The analysis as JSON or for people, who are told what else there is (`hint`)."""
    if as_json:
        print_json(_plain(found, plots))
    else:
        _tell(found)
        if hint:
            tell(f"\n{hint}")
    for path in plots:
        say(f"wrote {path}")


def _require_no_choice(
    run: Path, environment: str, where: Mapping[str, Any], asked: Sequence[str]
) -> None:
    """Raises UsageError for what a run has settled already."""
    if environment or any(where.values()):
        raise UsageError(f"{run} is a run, which knows its environment and task; leave out -e")
    if asked:
        raise UsageError(
            f"{run} is a run, whose candidates are trained already; leave out {asked[0]}, or name "
            f"a reward file, as {run / 'best.py'}"
        )


def _environment(
    file: Path, name: str, where: Mapping[str, Any], config: Any, *, train: bool
) -> Any:
    from rewardsmith.environments import load_environment
    from rewardsmith.exporters import environment_named_in

    name = name or environment_named_in(file)
    if not name:
        raise UsageError(f"{file} names no environment; say which: -e ENVIRONMENT[/TASK]")
    if not train and not where["words"]:
        where = {**any_task(name), **{key: value for key, value in where.items() if value}}
    return load_environment(name, hang_seconds=config.hang_seconds if train else None, **where)


def _of_file(file: Path, environment: Any, config: Any) -> Any:
    from rewardsmith.workshop import Workshop

    with Workshop(unsafe=config.unsafe_no_sandbox) as workshop:
        return _analyzed(file, environment, workshop)


def _analyzed(file: Path, environment: Any, workshop: Any) -> Any:
    from rewardsmith import api
    from rewardsmith.errors import RewardFailed, RewardInvalid

    try:
        return api.analyze(file, environment, workshop=workshop)
    except RewardFailed as error:
        raise RewardInvalid(
            f"{file} cannot be analyzed: {error}; rewardsmith check {file}"
        ) from error


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be had of a training beside its analysis."""

    keep: Path | None
    """The folder of policies and trajectories."""
    out: Path | None
    """The folder of the plots."""
    over: tuple[str, str] | None
    """The two signals of its fields."""
    as_json: bool


def _trained(file: Path, environment: Any, config: Any, wanted: _Wanted) -> Any:
    """The analysis of a reward that is trained for it; whatever else cannot be is told before."""
    from rewardsmith import api
    from rewardsmith.store import make_folder
    from rewardsmith.workshop import Workshop

    keep = wanted.keep
    for folder in (keep, wanted.out):
        if folder is not None:
            make_folder(folder)
    with (
        telling_how_to_go_on(lambda: _how_to_go_on(keep)),
        TemporaryDirectory(prefix="rewardsmith-") as temporary,
        Workshop.of(config, log=None if keep is None else keep / "trainer.log") as workshop,
    ):
        folder = Path(temporary) if keep is None else keep
        workshop.warm_up()  # the trainer gets warm while the reward is looked at
        require_sound(file, str(file), environment, workshop)
        found = _analyzed(file, environment, workshop)
        for name in wanted.over or ():
            found.recorded.scalar(name)
        policies = "1 policy" if config.seeds == 1 else f"{config.seeds} policies"
        showing = shown(config, str(file), environment, as_json=wanted.as_json)
        # Said when all that shows it is imported: an import can swallow a Ctrl-C.
        say(f"training {policies} × {config.steps or environment.task.steps:,} steps")
        with showing as progress:
            told = {"unmeasured": True, "progress": progress}
            result = train_with(config, str(file), environment, folder, workshop, **told)
        return api.analyze_result(found, environment, result, folder, workshop=workshop)


def _how_to_go_on(keep: Path | None) -> str:
    if keep is not None:
        return how_to_go_on(keep, "--keep")
    return "interrupted; nothing was kept, which --keep FOLDER does"


def _of_run(folder: Path, candidate: str, config: Any) -> Any:
    from rewardsmith.analysis import analyze_candidate
    from rewardsmith.exporters import computed_in
    from rewardsmith.run import open_run
    from rewardsmith.workshop import Workshop

    run = open_run(folder)
    name = candidate or run.best_candidate.id
    with Workshop(unsafe=config.unsafe_no_sandbox) as workshop:
        bank = workshop.bank(run.environment)
        return analyze_candidate(run, name, bank, computed_in(workshop.rewards))


def _plots(found: Any, out: Path | None, over: tuple[str, str] | None) -> tuple[Path, ...]:
    if out is None:
        return ()
    from rewardsmith.plots import write_plots

    return write_plots(found, out, over)


def _plain(found: Any, plots: Sequence[Path]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "reward": found.name,
        "environment": found.environment,
        "task": found.task,
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
        f"{found.name} on {found.place}: {found.episodes} recorded episodes of simple "
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
