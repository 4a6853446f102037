"""show, export, environment: looking at what there is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsmith.cli.output import print_json, say, tell
from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.signals import BUILTIN_SIGNALS

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="a run's folder")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout")]
SHOWN_COMPARISONS = 20
"""Of one candidate, the latest ones."""
EXPORTS = ("module",)


def show(
    run: RunFolder,
    candidate: Annotated[
        str, typer.Argument(metavar="[CANDIDATE]", help="one candidate: code, verdict, diagnosis")
    ] = "",
    *,
    named: Annotated[str, typer.Option("--candidate", help="the same, as an option")] = "",
    prompt: Annotated[
        bool, typer.Option("--prompt", help="what the model saw when it wrote the candidate")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell what a run found, or everything about one of its candidates."""
    from rewardsmith.run import open_run

    opened = open_run(run)
    candidate = candidate or named
    if prompt:
        _show_prompt(opened, candidate or "best", as_json=as_json)
        return
    if candidate:
        _show_candidate(opened, candidate, as_json=as_json)
        return
    if as_json:
        print_json(_run_facts(opened))
        return
    _show_run(opened)


def _run_facts(run: Any) -> dict[str, Any]:
    archive = run.archive
    best = archive.best()
    return {
        "run": run.started.run,
        "environment": run.started.environment["name"],
        "task": run.started.task,
        "finished": archive.finished,
        "best": best.id if best is not None else None,
        "candidates": [
            {
                "id": name,
                "operator": archive.candidates[name].operator,
                "parents": archive.candidates[name].parents,
                "verdict": archive.verdicts.get(name),
                "score": archive.scores.get(name),
                "diagnosis": archive.diagnoses.get(name),
            }
            for name in sorted(archive.candidates)
        ],
        "shares": archive.shares,
        "spend": _spend(archive),
    }


def _spend(archive: Any) -> dict[str, Any]:
    spend = archive.spend
    return {
        "completions": spend.completions,
        "prompt_tokens": spend.prompt_tokens,
        "completion_tokens": spend.completion_tokens,
        "price": spend.price,
        "steps": spend.steps,
    }


def _show_run(run: Any) -> None:
    from rewardsmith.cli.tables import candidates_table, comparison_table
    from rewardsmith.report.search import shares_lines

    started, archive = run.started, run.archive
    tell(f"{started.run}: {started.environment['name']}/{started.task}")
    tell(f"confined by {started.confinement}; {started.machine}\n")
    tell(candidates_table(archive))
    for line in shares_lines(archive):
        tell(f"\n{line}")
    spend = _spend(archive)
    price = "unknown" if spend["price"] is None else f"${spend['price']:.4f}"
    if spend["completions"]:
        tokens = f"{spend['prompt_tokens']:,} + {spend['completion_tokens']:,} tokens"
        tell(f"\n{spend['completions']} completions, {tokens}, price {price}")
    tell(f"\n{spend['steps']:,} environment steps")
    best = archive.best()
    if best is not None and best.id in archive.diagnoses:
        tell("")
        _tell_diagnosis(archive, best.id, head=f"{best.id}:")
    if archive.finished is not None:
        tell("\n" + comparison_table(run))
        if best is not None:
            say(f"rewardsmith export {run.folder} --to module")
    else:
        say(f"rewardsmith resume {run.folder}")


def _show_candidate(run: Any, name: str, *, as_json: bool) -> None:
    from rewardsmith.report.distances import distance_lines
    from rewardsmith.telling import analysis_lines, comparison_lines

    archive = run.archive
    if name == "best":
        name = run.best_candidate.id
    if name not in archive.candidates:
        raise UsageError(unknown_name("candidate", name, archive.candidates))
    candidate = archive.candidates[name]
    facts: dict[str, Any] = {
        "candidate": candidate,
        "verdict": archive.verdicts.get(name),
        "score": archive.scores.get(name),
        "diagnosis": archive.diagnoses.get(name),
        "analysis": archive.analyses.get(name),
        "lineage": [ancestor.id for ancestor in archive.lineage(name)],
    }
    if as_json:
        print_json(facts)
        return
    tell(f"{name}: {candidate.operator}, lineage {' <- '.join(facts['lineage'])}")
    if candidate.thought:
        tell(f"\n{candidate.thought}")
    tell(f"\n{candidate.source}")
    verdict = facts["verdict"]
    for reason in verdict.reasons if verdict is not None else ():
        tell(f"{'warning' if reason.warning else 'rejected'}: {reason}")
    for line in distance_lines(verdict.distances) if verdict is not None else ():
        tell(line)
    if verdict is not None and verdict.twin is not None:
        tell(f"not trained: the result of {verdict.twin} stands in")
    if facts["diagnosis"] is not None:
        tell("")
        _tell_diagnosis(archive, name)
    said = [f"analyst, {line}" for line in analysis_lines(archive, name)]
    for line in (*said, *comparison_lines(archive, name, SHOWN_COMPARISONS)):
        tell(line)


def _tell_diagnosis(archive: Any, name: str, *, head: str = "") -> None:
    """What the analyzer found on a candidate, then its numbers."""
    from rewardsmith.telling import findings_of

    lines = [f"{finding.name}: {finding.sentence}" for finding in findings_of(archive, name)]
    for line in (*([head] if head else []), *lines, archive.diagnoses[name].text):
        tell(line)


def _show_prompt(run: Any, name: str, *, as_json: bool) -> None:
    """The messages that a candidate was an answer to, word for word."""
    name = run.best_candidate.id if name == "best" else name
    if name not in run.archive.candidates and name not in run.archive.completions:
        known = {*run.archive.candidates, *run.archive.completions}
        raise UsageError(unknown_name("candidate or answer", name, known))
    messages = run.messages(name)
    if not messages:
        writer = run.archive.candidates[name].proposer or "a person"
        raise UsageError(f"{name} has no prompt: it was written by {writer}, without a model")
    if as_json:
        print_json({"candidate": name, "messages": messages})
        return
    for message in messages:
        tell(f"# ---- {message.role}\n\n{message.content}")


def export(
    run: RunFolder,
    *,
    to: Annotated[str, typer.Option(help=f"what to write: {', '.join(EXPORTS)}")] = "module",
    out: Annotated[Path, typer.Option(help="the file to write")] = Path("reward.py"),
    candidate: Annotated[str, typer.Option(help="a candidate; the best if not given")] = "",
) -> None:
    """Write a run's reward as a plain Python file with its test vectors."""
    from rewardsmith.outputs import Desk, write_module
    from rewardsmith.run import open_run
    from rewardsmith.workshop import Workshop

    if to not in EXPORTS:
        raise UsageError(unknown_name("export", to, EXPORTS))
    opened = open_run(run)
    name = candidate or opened.best_candidate.id
    if name not in opened.archive.candidates:
        raise UsageError(unknown_name("candidate", name, opened.archive.candidates))
    with Workshop() as workshop:
        environment = opened.environment
        desk = Desk(opened.archive, environment, workshop.bank(environment), workshop.rewards)
        write_module(out, name, desk)
    say(f"wrote {out} and {out.with_suffix('.vectors.npz')}")
    say(f"rewardsmith check {out}")


def environment_list(*, as_json: Json = False) -> None:
    """List the environments: your own in ./environments first, then the bundled ones."""
    from rewardsmith.cli.tables import plain_table
    from rewardsmith.environments import environment_names, environment_path, load_environment
    from rewardsmith.errors import RewardsmithError

    rows: list[tuple[str, str, str]] = []
    for name in environment_names():
        try:
            loaded = load_environment(name)
        except RewardsmithError as error:
            rows.append((name, "", f"does not load: {error}"))
            continue
        tasks = ", ".join(task.name for task in loaded.tasks)
        rows.append((name, tasks, loaded.description.split("\n")[0]))
    if as_json:
        keys = ("name", "tasks", "description", "path")
        paths = [str(environment_path(row[0])) for row in rows]
        print_json(
            {
                "environments": [
                    dict(zip(keys, (*r, p), strict=True)) for r, p in zip(rows, paths, strict=True)
                ]
            }
        )
        return
    tell(plain_table(("environment", "tasks", "what it is"), rows))
    say("any Gymnasium id as well: gymnasium:ID --task WORDS --fitness EXPRESSION")
    say("rewardsmith environment show NAME")


def environment_show(
    name: Annotated[str, typer.Argument(metavar="ENVIRONMENT[/TASK]")], *, as_json: Json = False
) -> None:
    """Show an environment's signals and tasks."""
    from rewardsmith.cli.tables import plain_table
    from rewardsmith.cli.testing import any_task
    from rewardsmith.environments import load_environment

    loaded = load_environment(name, **any_task(name))
    signals = [
        (s.name, str(s.shape) if s.shape else "", s.unit, _range(s.low, s.high), s.description)
        for s in loaded.signals
    ]
    tasks = [(t.name, t.words, t.unit, f"{t.steps:,}") for t in loaded.tasks]
    if as_json:
        print_json(_environment_facts(name, loaded))
        return
    tell(loaded.description + "\n")
    backends = ", ".join(f"{backend} ({id_})" for backend, id_ in loaded.backends.items())
    tell(f"backends: {backends}\n")
    tell(plain_table(("signal", "shape", "unit", "range", "what it is"), signals))
    tell(f"\nand on every environment: {', '.join(BUILTIN_SIGNALS)}, previous_NAME\n")
    tell(plain_table(("task", "words", "unit", "steps"), tasks))
    say(f"rewardsmith evolve {name}")


def _environment_facts(name: str, loaded: Any) -> dict[str, Any]:
    """The environment as JSON: shapes are lists, `low`, `high` and `maximum` null where unknown."""
    return {
        "environment": name,
        "backends": dict(loaded.backends),
        "signals": [
            {
                "name": s.name,
                "shape": list(s.shape),
                "unit": s.unit,
                "range": [s.low, s.high],
                "description": s.description,
            }
            for s in loaded.signals
        ],
        "builtin_signals": dict(BUILTIN_SIGNALS),
        "tasks": [
            {
                "name": t.name,
                "words": t.words,
                "unit": t.unit,
                "steps": t.steps,
                "reduce": t.reduce,
                "maximum": t.maximum,
            }
            for t in loaded.tasks
        ],
    }


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    ends = ("" if low is None else f"{low:g}", "" if high is None else f"{high:g}")
    return f"{ends[0]} … {ends[1]}"
