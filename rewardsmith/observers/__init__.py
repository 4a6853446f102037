"""What watches a run: a live display in a terminal, plain lines elsewhere, JSON for programs.

Each reads the same events; none is asked by the search.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from rich.console import Console

from rewardsmith.archive import Archive
from rewardsmith.observers.alone import training_shown
from rewardsmith.observers.base import Observer, Training, number, score_text
from rewardsmith.observers.lines import JsonObserver, PlainObserver
from rewardsmith.observers.live import LiveObserver

__all__ = [
    "JsonObserver",
    "LiveObserver",
    "Observer",
    "PlainObserver",
    "Training",
    "make_observer",
    "number",
    "paused",
    "score_text",
    "training_shown",
]

P = ParamSpec("P")
R = TypeVar("R")


def make_observer(
    *,
    as_json: bool,
    write_json: Callable[[Any], None],
    write: Callable[[str], None],
    archive: Archive | None = None,
) -> Observer:
    """The observer that suits where the output goes; `archive` is what a resumed run knows.

    Events are written by `write_json`, lines for people by `write`.
    """
    if as_json:
        return JsonObserver(write_json)
    if sys.stderr.isatty():
        observer = LiveObserver(Console(stderr=True, highlight=False), archive=archive)
        return observer.__enter__()
    return PlainObserver(write, archive=archive)


def paused(observer: Observer, ask: Callable[P, R]) -> Callable[P, R]:
    """`ask`, with a live display out of the way while a person types."""

    def run(*arguments: P.args, **named: P.kwargs) -> R:
        live = observer.live if isinstance(observer, LiveObserver) else None
        if live is None:
            return ask(*arguments, **named)
        live.stop()
        try:
            return ask(*arguments, **named)
        finally:
            live.start()

    return run
