"""The training of one reward alone, as a bar in a terminal that is redrawn."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rewardsmith.observers.base import Training
from rewardsmith.records import TrainingStarted, TrainProgress

BAR = 40
"""Characters of a bar."""


def bar_of(training: Training) -> list[RenderableType]:
    """How far a training is, in words and as a bar."""
    bar = Table.grid()
    bar.add_row(ProgressBar(total=1.0, completed=training.share, width=BAR))
    return [Text(training.words()), bar]


@contextmanager
def training_shown(
    started: TrainingStarted,
    *,
    as_json: bool,
    console: Console | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Callable[[TrainProgress], None], None, None]:
    """Takes a training's progress and shows it until it ends, where people look on at a terminal.

    The bar is taken away at the end: what stays on the screen is the result.
    """
    training = Training(started, clock)
    if as_json or (console is None and not sys.stderr.isatty()):
        yield training.see
        return
    with Live(
        console=console or Console(stderr=True, highlight=False),
        get_renderable=lambda: Group(*bar_of(training)),
        refresh_per_second=4,
        transient=True,
    ):
        yield training.see
