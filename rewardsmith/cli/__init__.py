"""The command line: one script, one exit code for each kind of end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from rewardsmith.errors import RewardsmithError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code (design, the command line)."""
    from rewardsmith.cli.app import app
    from rewardsmith.cli.output import report_error

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=arguments, prog_name="rewardsmith")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except RewardsmithError as error:
        report_error(error, as_json="--json" in arguments)
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output went away: let the interpreter's own flush write to nothing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0
