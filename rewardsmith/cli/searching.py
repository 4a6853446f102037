"""evolve, resume, feedback: the commands that work on a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer

from rewardsmith.cli.interrupts import INTERRUPTED, asked_to_stop, telling_how_to_go_on
from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import OutputLost, print_json, say
from rewardsmith.config import Config, load_config
from rewardsmith.errors import RewardsmithError, UsageError

FINISHED_WITHOUT_PROOF = 3
PREFERRED = "preferred to learning from no reward"
COMPOSER_WRITES = (
    "no model is set: the embedded composer writes the candidates; for a language model: "
    "--model openai/NAME (or ollama_chat/NAME, …), --api-base URL for a local server"
)

STOPPING = (
    "finishing the current step, a training at its next checkpoint or within {grace:g} s; Ctrl-C "
    "again stops at once, either way nothing is lost"
)

EnvironmentName = Annotated[
    str, typer.Argument(metavar="ENVIRONMENT[/TASK]", help="a name, or gymnasium:ID")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="a run's folder")]
Words = Annotated[
    str,
    typer.Option(
        "--task",
        help="what is wanted, in words; without --fitness behaviours are compared (--model, "
        "--human, --rank), but a TASK that is named keeps its own fitness",
    ),
]
Fitness = Annotated[
    str, typer.Option(help="fitness of a step: an expression over signals and info.NAME")
]
Reduce = Annotated[
    str, typer.Option(help="how the steps' fitness becomes an episode's: sum, mean, max, min, last")
]
Signals = Annotated[
    list[str] | None,
    typer.Option("--signal", help="an entry of info that is a signal although its name hides it"),
]
Backend = Annotated[str, typer.Option(help="what executes the environment")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, nothing else there")]
Answers = Annotated[
    Path | None, typer.Option(help="file with a person's answers, generations ended by `go`")
]


@with_settings()
def evolve(
    name: EnvironmentName,
    *,
    task: Words = "",
    fitness: Fitness = "",
    reduce: Reduce = "",
    signal_names: Signals = None,
    backend: Backend = "",
    run: Annotated[Path | None, typer.Option(help="folder of the run; new under runs/")] = None,
    answers: Answers = None,
    as_json: Json = False,
    flags: dict[str, Any],
) -> None:
    """Search for a reward: from a task in words to a saved reward module."""
    from rewardsmith.environments import load_environment
    from rewardsmith.search import has_run
    from rewardsmith.store import new_run_folder

    config, _ = load_config(flags)
    environment = load_environment(
        name,
        backend=backend,
        words=task,
        fitness=fitness,
        reduce=reduce,
        signals=tuple(signal_names or ()),
        hang_seconds=config.hang_seconds,
    )
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = run or new_run_folder(Path("runs"), name, stamp)
    if has_run(folder):
        raise UsageError(f"{folder} holds a run already; `rewardsmith resume {folder}`")
    if config.chosen_proposer == "composer" and not config.model:
        say(COMPOSER_WRITES)
    _work(environment, config, folder, answers=answers, as_json=as_json)


@with_settings("budget", "hang_seconds")
def resume(
    run: RunFolder,
    *,
    answers: Answers = None,
    as_json: Json = False,
    flags: dict[str, Any],
) -> None:
    """Go on with a run that was interrupted, killed or stopped by its budget."""
    from rewardsmith.config import with_flags
    from rewardsmith.run import open_run

    opened = open_run(run)
    if (finished := opened.archive.finished) is not None:
        say(f"{run} is finished")
        if as_json:
            print_json(finished)
        _end(run, finished, as_json=as_json)
        return
    _work(None, with_flags(opened.config, flags), run, answers=answers, as_json=as_json)


def feedback(
    run: RunFolder,
    *,
    answers: Answers = None,
    as_json: Json = False,
) -> None:
    """Rank, annotate or reject a stopped run's candidates; `resume` takes it into account."""
    from rewardsmith.records import FeedbackGiven
    from rewardsmith.run import open_run
    from rewardsmith.store import EventLog

    _ = open_run(run).started
    with EventLog(run) as log:
        opened = open_run(run)
        generation = max((*opened.archive.generations, 0))
        with _reader(answers) as lines:
            given = _person(lines)[0](opened.archive, generation)
        event = FeedbackGiven(feedback=given)
        log.append(event)
    if as_json:
        print_json(event)
    say(f"rewardsmith resume {run}")


def _work(
    environment: Any, config: Config, folder: Path, *, answers: Path | None, as_json: bool
) -> None:
    """Drive the search, show it, and end with the exit code that it earned."""
    from rewardsmith import observers
    from rewardsmith.records import RunFinished, RunStopped
    from rewardsmith.run import open_run
    from rewardsmith.search import GRACE, Hooks, evolve

    last: Any = None
    with (
        telling_how_to_go_on(lambda: _how_to_go_on(folder)),
        _reader(answers) as lines,
        asked_to_stop(STOPPING.format(grace=GRACE)) as stop,
    ):
        known = open_run(folder).archive if environment is None else None
        observer = observers.make_observer(
            as_json=as_json, write_json=print_json, write=say, archive=known
        )
        ask, prefer = _person(lines, known if answers is not None else None)
        hooks = Hooks(
            progress=observer.progress,
            stop=stop,
            ask=observers.paused(observer, ask) if config.human else None,
            prefer=observers.paused(observer, prefer) if config.human else None,
            ask_source=observers.paused(observer, _ask_source(lines)),
        )
        try:
            with closing(evolve(environment, config, run=folder, hooks=hooks)) as events:
                for event in events:
                    observer.see(event)
                    last = event
        except RewardsmithError as error:
            observer.close()
            _tell_failure(error, folder, as_json=as_json)
        except OutputLost as lost:
            _tell_lost(lost, folder)
        finally:
            with suppress(OSError):  # the terminal may be gone
                observer.close()
    if isinstance(last, RunFinished):
        _end(folder, last, as_json=as_json)
    elif isinstance(last, RunStopped):
        say(f"rewardsmith resume {folder}")
        raise typer.Exit(INTERRUPTED)


def _end(folder: Path, finished: Any, *, as_json: bool) -> None:
    """Tell how a run ended; exits with 3 where its winner convinces nobody."""
    _tell_result(folder, finished, as_json=as_json)
    if not finished.convincing:
        raise typer.Exit(FINISHED_WITHOUT_PROOF)


def _how_to_go_on(folder: Path) -> str:
    """The command that goes on, where a run has begun."""
    from rewardsmith.search import has_run

    return f"rewardsmith resume {folder}" if has_run(folder) else "interrupted"


def _tell_lost(lost: OutputLost, folder: Path) -> NoReturn:
    """Nobody reads on, or the disk is full that takes the output: the run can be resumed."""
    with suppress(OutputLost):
        say(f"error: {lost}")
        say(_how_to_go_on(folder))
    raise typer.Exit(INTERRUPTED if lost.unread else 1)


def _tell_failure(error: RewardsmithError, folder: Path, *, as_json: bool) -> NoReturn:
    """The error's sentence, then how to go on where a run has begun; ends with the error's code."""
    from rewardsmith.cli.output import report_error
    from rewardsmith.search import has_run

    if not has_run(folder):
        raise error
    report_error(error, as_json=as_json)
    say(f"rewardsmith resume {folder}")
    raise typer.Exit(error.exit_code) from error


def _tell_result(folder: Path, finished: Any, *, as_json: bool) -> None:
    from rewardsmith.cli.tables import comparison_table
    from rewardsmith.run import open_run

    if not as_json:
        say()
        say(comparison_table(open_run(folder)))
    if finished.best is None:
        say("no candidate passed the critic and its training; `show` tells why of each")
        say(f"rewardsmith show {folder}")
        return
    if not finished.convincing:
        measured = open_run(folder).archive.measured
        better = "better than training on the fitness itself" if measured else PREFERRED
        say(f"the winner is not shown to be {better} (exit code 3)")
    say(f"reward: {folder / 'best.py'}   card: {folder / 'card.md'}")
    say(f"rewardsmith show {folder}")


@contextmanager
def _reader(answers: Path | None) -> Generator[TextIO, None, None]:
    """Where a person's answers come from: a file, or the terminal or pipe at stdin."""
    if answers is None:
        yield sys.stdin
        return
    try:
        stream = answers.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot read the answers {answers}: {error.strerror}") from error
    with stream:
        yield stream


def _person(
    lines: TextIO, resumed: Any = None
) -> tuple[Callable[[Any, int], Any], Callable[[Any], Any]]:
    """A person's feedback on a generation, and their choice between two behaviours.

    Both are read from `lines` and asked on stderr.  A resumed run skips in its file of answers
    what was given before it stopped, which its archive tells.
    """
    left = [resumed]

    def skip() -> None:
        from rewardsmith.preference import skip_answered

        archive = left.pop() if left else None
        if archive is not None:
            compared = sum(p.source == "person" for p in archive.preferences.values())
            skip_answered(lines, len(archive.feedback), compared)

    def ask(archive: Any, generation: int) -> Any:
        from rewardsmith.feedback import FeedbackSession

        skip()
        return FeedbackSession(lines, sys.stderr).ask(archive, generation)

    def prefer(showing: Any) -> Any:
        from rewardsmith.preference import PreferenceSession

        skip()
        return PreferenceSession(lines, sys.stderr).ask(showing)

    return ask, prefer


def _ask_source(lines: TextIO) -> Callable[[str], str]:
    """A person's answer to a prompt, from an editor or from `lines`."""

    def ask(prompt: str) -> str:
        from rewardsmith.proposers.manual import ask_person

        editor = os.environ.get("EDITOR", "") if lines is sys.stdin and lines.isatty() else ""
        return ask_person(prompt, lines, sys.stderr, editor=editor)

    return ask
