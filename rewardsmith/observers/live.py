"""A run as a display in a terminal that is redrawn."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from rewardsmith import records
from rewardsmith.archive import Archive
from rewardsmith.observers.alone import bar_of
from rewardsmith.observers.base import Training, score_text, training_of
from rewardsmith.records import AnyEvent, TrainProgress
from rewardsmith.text import visible

SHOWN_CANDIDATES = 12


class LiveObserver:
    """A display that is redrawn: the current generation, the training, the best so far."""

    def __init__(
        self,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
        archive: Archive | None = None,
    ) -> None:
        self.clock = clock
        self.began = clock()
        self.archive = archive or Archive()
        self.training: Training | None = None
        self.live = Live(console=console, get_renderable=self.render, refresh_per_second=4)
        self.paused = False

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def see(self, event: AnyEvent) -> None:
        """Take the event in; the display follows."""
        self.archive = self.archive.with_event(event)
        begun = training_of(event)
        if begun is not None:
            self.training = Training(begun, self.clock)
        elif isinstance(event, records.RewardTrained) and self.training is not None:
            self.training.trained += 1

    def progress(self, progress: TrainProgress) -> None:
        """Take progress in."""
        if self.training is not None:
            self.training.see(progress)

    def close(self) -> None:
        """Leave the last state on the screen."""
        self.live.stop()

    def render(self) -> RenderableType:
        """The display as it stands."""
        parts: list[RenderableType] = [self._title(), self._table()]
        if self.training is not None:
            parts += bar_of(self.training)
        parts.append(self._best())
        return Group(*parts)

    def _title(self) -> Text:
        started = self.archive.started
        if started is None:
            return Text("opening the environment and its bank of transitions …")
        place = f"{started.environment['name']}/{started.task}"
        words = f"{place}  generation {max(self.archive.generation, 0)}"
        return Text(f"{words}  {self.clock() - self.began:.0f} s  {started.run}", style="bold")

    def _table(self) -> Table:
        score = "fitness" if self.archive.measured else "preferred"
        table = Table("candidate", "operator", "components", score, "finding", expand=True)
        now = [c for c in self.archive.candidates.values() if self._current(c.generation)]
        for candidate in sorted(now, key=lambda c: c.id)[-SHOWN_CANDIDATES:]:
            table.add_row(*self._row(candidate))
        return table

    def _current(self, generation: int) -> bool:
        return generation == self.archive.generation

    def _row(self, candidate: records.Candidate) -> tuple[str, ...]:
        name = candidate.id
        verdict = self.archive.verdicts.get(name)
        result = self.archive.results.get((name, "selection"))
        diagnosis = self.archive.diagnoses.get(name)
        if verdict is None:
            parts, fitness = "…", ""
        elif not verdict.passed:
            reason = next(r for r in verdict.reasons if not r.warning)
            parts, fitness = f"rejected: {reason}", "–"
        else:
            parts = f"= {verdict.twin}" if verdict.twin else ", ".join(verdict.components)
            fitness = "" if result is None else score_text(self.archive.scores.get(name))
        finding = diagnosis.findings[0].name if diagnosis and diagnosis.findings else ""
        return (name, candidate.operator, escape(visible(parts)), fitness, escape(finding))

    def _best(self) -> Text:
        best = self.archive.best()
        if best is None:
            return Text("")
        score = score_text(self.archive.scores.get(best.id))
        return Text(f"best so far: {best.id} {score}", style="green")
