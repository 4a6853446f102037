"""Signals that end a command: Ctrl-C, SIGTERM, and SIGHUP of a terminal that was closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import typer

from rewardsmith.cli.output import OutputLost, say, say_from_handler

INTERRUPTED = 130
_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_by_signals() -> Generator[None, None, None]:
    """SIGTERM and SIGHUP end at once what is done in here, as an interrupt.

    Those that follow change nothing: who sends one often sends more, and the state is being
    saved.  A signal that was ignored before, as `nohup` does, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    heard = [number for number in _ENDING if before[number] is not signal.SIG_IGN]

    def end(_number: int, _frame: Any) -> NoReturn:
        for number in heard:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


@contextmanager
def asked_to_stop(sentence: str) -> Generator[Callable[[], bool], None, None]:
    """Whether Ctrl-C was pressed, which is answered with the sentence; again it ends at once."""
    asked: list[bool] = []

    def handle(_number: int, _frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        say_from_handler(sentence)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def telling_how_to_go_on(how: Callable[[], str]) -> Generator[None, None, None]:
    """An interrupt in here ends the command with its exit code; the last line is `how`."""
    try:
        yield
    except KeyboardInterrupt:
        with suppress(OutputLost):
            say(how())
        raise typer.Exit(INTERRUPTED) from None
