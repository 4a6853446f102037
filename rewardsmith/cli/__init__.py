"""The command line: one script, one exit code for each kind of end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress

from rewardsmith.errors import RewardsmithError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code (design, the command line)."""
    from rewardsmith.cli.interrupts import ended_by_signals
    from rewardsmith.cli.output import OutputLost, silence

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    with ended_by_signals():
        try:
            return _run(arguments)
        except OutputLost as lost:
            silence()
            if not lost.unread:
                with suppress(OutputLost):
                    _say(f"error: {lost}")
            return 1


def _run(arguments: list[str]) -> int:
    from rewardsmith.cli.app import app
    from rewardsmith.cli.interrupts import INTERRUPTED
    from rewardsmith.cli.output import flush, report_error

    try:
        app(args=arguments, prog_name="rewardsmith")
    except SystemExit as end:
        if _was_interrupted(end):
            _say("interrupted")
        flush()
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except RewardsmithError as error:
        report_error(error, as_json="--json" in arguments)
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    return 0


def _was_interrupted(end: SystemExit) -> bool:
    """Whether typer turned an interrupt, of which nothing was said yet, into this end."""
    return end.__context__ is not None and isinstance(end.__context__.__cause__, KeyboardInterrupt)


def _say(text: str) -> None:
    from rewardsmith.cli.output import say

    say(text)
