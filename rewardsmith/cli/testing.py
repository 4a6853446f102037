"""check: whether a reward file is sound, before anything is done with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say
from rewardsmith.errors import UsageError

REJECTED = 3

EnvironmentOption = Annotated[
    str,
    typer.Option(
        "--environment", "-e", metavar="ENVIRONMENT[/TASK]", help="a name, or gymnasium:ID"
    ),
]
Words = Annotated[str, typer.Option("--task", help="the task in words, for gymnasium:ID")]
Fitness = Annotated[str, typer.Option(help="fitness of a step, for gymnasium:ID")]
Reduce = Annotated[str, typer.Option(help="how the steps' fitness becomes an episode's")]
Signals = Annotated[
    list[str] | None, typer.Option("--signal", help="an entry of info that is a signal, too")
]
Backend = Annotated[str, typer.Option(help="what executes the environment")]
Recording = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.npz",
        help="judge on a recording, arrays named after signals, without any simulator",
    ),
]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="reward files")]


@with_settings("critic_rejects", "unsafe_no_sandbox")
def check(
    files: Files,
    *,
    environment: EnvironmentOption = "",
    backend: Backend = "",
    signal_names: Signals = None,
    bank: Recording = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
    flags: dict[str, Any],
) -> None:
    """Judge reward files by the critic's rules and a dry run; exit code 3 if one is rejected."""
    from rewardsmith.api import check as judge_file
    from rewardsmith.api import read_source
    from rewardsmith.config import load_config
    from rewardsmith.critic import PERSONS_REJECT
    from rewardsmith.exporters import check_vectors, computed_in
    from rewardsmith.workshop import Workshop

    verdicts: dict[str, Any] = {}
    config, origins = load_config(flags)
    said = origins["critic_rejects"] != "default"
    rejects = config.critic_rejects if said else PERSONS_REJECT
    for file in files:
        read_source(file)
    with Workshop(unsafe=config.unsafe_no_sandbox) as workshop:
        for file in files:
            chosen = _judged_in(file, environment, backend, tuple(signal_names or ()), bank)
            verdict = judge_file(file, chosen, rejects=rejects, workshop=workshop)
            compute = computed_in(workshop.rewards)
            replay = check_vectors(file, compute=compute) if verdict.passed else None
            verdicts[str(file)] = (verdict, replay)
            if not as_json:
                _tell(file, verdict, replay)
    failed = any(not v.passed or (r is not None and not r.passed) for v, r in verdicts.values())
    if as_json:
        print_json({"passed": not failed, "files": [_plain(f, *v) for f, v in verdicts.items()]})
    elif len(verdicts) > 1:
        say(_table(verdicts))
    if failed:
        raise typer.Exit(REJECTED)


def _judged_in(
    file: Path, name: str, backend: str, signals: tuple[str, ...], bank: Path | None
) -> Any:
    """The environment that a file is judged in: as named, as its header says, or a recording."""
    from dataclasses import replace

    from rewardsmith.bank_file import recorded_environment
    from rewardsmith.environments import load_environment
    from rewardsmith.exporters import environment_named_in

    if bank is not None and not name:
        return recorded_environment(bank, signals)
    name = name or environment_named_in(file)
    if not name:
        raise UsageError(
            f"{file} names no environment; say which: -e ENVIRONMENT[/TASK], "
            "or --bank FILE.npz for a recording"
        )
    chosen = load_environment(name, backend=backend, signals=signals, **any_task(name))
    return chosen if bank is None else replace(chosen, bank=str(bank))


def _table(verdicts: dict[str, Any]) -> str:
    from rewardsmith.cli.tables import plain_table

    rows: list[tuple[str, ...]] = []
    for file, (verdict, replay) in verdicts.items():
        sound = verdict.passed and (replay is None or replay.passed)
        errors = [reason.rule for reason in verdict.reasons if not reason.warning]
        warnings = [reason.rule for reason in verdict.reasons if reason.warning]
        told = [", ".join(dict.fromkeys(rules)) or "–" for rules in (errors, warnings)]
        rows.append((file, "passed" if sound else "rejected", *told))
    return plain_table(("file", "verdict", "errors", "warnings"), rows)


def any_task(name: str) -> dict[str, Any]:
    """A Gymnasium id has no task of its own; where none is trained, any will do."""
    return {"words": "any", "fitness": "0.0"} if name.startswith("gymnasium:") else {}


def _plain(file: str, verdict: Any, replay: Any) -> dict[str, Any]:
    return {
        "file": file,
        "passed": verdict.passed and (replay is None or replay.passed),
        "reasons": verdict.reasons,
        "components": verdict.components,
        "signals": verdict.signals,
        "additive": verdict.additive,
        "distances": verdict.distances,
        "vectors": None if replay is None else replay.sentence,
    }


def _tell(file: Path, verdict: Any, replay: Any) -> None:
    from rewardsmith.exporters import is_saved_module, vectors_path
    from rewardsmith.report.distances import distance_lines

    sound = verdict.passed and (replay is None or replay.passed)
    word = "passed" if sound else "rejected"
    say(f"{file}: {word}; components {', '.join(verdict.components) or 'unknown'}")
    for reason in verdict.reasons:
        mark = "warning" if reason.warning else "error"
        place = f"{file}:{reason.line}" if reason.line is not None else str(file)
        say(f"  {place}: {mark}: {reason.message} [{reason.rule}]")
    for line in distance_lines(verdict.distances):
        say(f"  {line}")
    if replay is not None:
        say(f"  test vectors: {replay.sentence}")
    elif verdict.passed and is_saved_module(file):
        say(f"  test vectors: there is no {vectors_path(file)}, so none were replayed")


def require_sound(code: str | Path, name: str, environment: Any, workshop: Any) -> None:
    """A reward's faults, before anything is trained with it; exit code 3 where it has one.

    What the critic finds in what it asks for does not keep a person from training it.
    """
    from rewardsmith.api import check as judge_file

    verdict = judge_file(code, environment, rejects=(), workshop=workshop)
    if not verdict.passed:
        _tell(Path(name), verdict, None)
        raise typer.Exit(REJECTED)
