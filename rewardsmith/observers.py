"""What watches a run: a live display in a terminal, plain lines elsewhere, JSON for programs.

Each reads the same events; none is asked by the search.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rewardsmith import records
from rewardsmith.archive import Archive
from rewardsmith.records import AnyEvent, Score, TrainProgress
from rewardsmith.text import visible

P = ParamSpec("P")
R = TypeVar("R")

SHOWN_CANDIDATES = 12
SHOWN_BEST = 5
EVEN = 0.5
PROGRESS_EVERY = 15.0
"""Seconds between two plain lines about a training that goes on."""


class Observer(Protocol):
    """Hears of every event and of progress; closed at the end."""

    def see(self, event: AnyEvent) -> None:
        """An event happened."""
        ...

    def progress(self, progress: TrainProgress) -> None:
        """A training goes on."""
        ...

    def close(self) -> None:
        """The run is over or stopped."""
        ...


def number(value: float | None) -> str:
    """A fitness as people read it."""
    return "–" if value is None else f"{value:.4g}"


def score_text(score: Score | None) -> str:
    """`3.1 [2.8, 3.4]`; one seed has no interval."""
    if score is None:
        return "failed"
    if not score.seeds:
        return "not compared"
    if score.comparisons:
        return f"{score.value:.0%} [{score.low:.0%}, {score.high:.0%}]"
    if score.seeds <= 1:
        return f"{score.value:.4g}"
    return f"{score.value:.4g} [{score.low:.4g}, {score.high:.4g}]"


class Training:
    """How far the current training is, over all its shards."""

    def __init__(self, event: records.TrainingStarted, clock: Callable[[], float]) -> None:
        self.event = event
        self.clock = clock
        self.began = clock()
        self.shards: dict[int, TrainProgress] = {}
        self.trained = 0

    def see(self, progress: TrainProgress) -> None:
        """One shard's latest."""
        self.shards[progress.worker] = progress

    @property
    def members(self) -> int:
        """Policies that the job trains."""
        return len(self.event.rewards) * len(self.event.seeds)

    @property
    def share(self) -> float:
        """Part of the job's environment steps that is done, 0 to 1."""
        if self.trained == len(self.event.rewards):
            return 1.0
        done = sum(s.steps * s.members for s in self.shards.values())
        return min(done / max(1, self.event.steps * self.members), 1.0)

    @property
    def speed(self) -> float:
        """Environment steps a second, all shards together."""
        return sum(shard.steps_per_second for shard in self.shards.values())

    def words(self) -> str:
        """`g00 selection: 16 policies × 40,000 steps, 31 %, 35k steps/s, 12 s left`."""
        event = self.event
        begin = f"{event.job}: {self.members} policies × {event.steps:,} steps"
        if self.share in (0.0, 1.0):
            return begin
        left = (self.clock() - self.began) * (1 - self.share) / self.share
        return f"{begin}, {self.share:.0%}, {self.speed / 1000:.1f}k steps/s, {left:.0f} s left"


def _training_of(event: AnyEvent) -> records.TrainingStarted | None:
    """The training that begins with an event; that of a search beside the run as a whole."""
    if isinstance(event, records.BaselineStarted):
        return records.TrainingStarted(
            job=f"{event.baseline} search",
            purpose="selection",
            rewards=tuple(str(number) for number in range(event.proposals)),
            seeds=tuple(range(event.seeds)),
            steps=event.steps,
        )
    return event if isinstance(event, records.TrainingStarted) else None


class PlainObserver:
    """One line for what matters, on a stream that is no terminal."""

    def __init__(
        self,
        write: Callable[[str], Any],
        clock: Callable[[], float] = time.monotonic,
        archive: Archive | None = None,
    ) -> None:
        self.write = write
        self.clock = clock
        self.archive = archive or Archive()
        self.training: Training | None = None
        self.told = 0.0

    def see(self, event: AnyEvent) -> None:
        """Print the event's line, where it has one."""
        self.archive = self.archive.with_event(event)
        begun = _training_of(event)
        if begun is not None:
            self.training, self.told = Training(begun, self.clock), self.clock()
        text = sentence(event, self.archive)
        if text:
            self.write(text)

    def progress(self, progress: TrainProgress) -> None:
        """Print how far the training is, now and then."""
        if self.training is None:
            return
        self.training.see(progress)
        if self.clock() - self.told >= PROGRESS_EVERY:
            self.told = self.clock()
            self.write(f"  {self.training.words()}")

    def close(self) -> None:
        """Nothing is open."""


def sentence(event: AnyEvent, archive: Archive) -> str:
    """One line about an event for people; empty where there is nothing to tell."""
    writer = _SENTENCES.get(type(event))
    return "" if writer is None else writer(event, archive)


def _started(event: records.RunStarted, _: Archive) -> str:
    place = f"{event.environment['name']}/{event.task}"
    return f"run {event.run}: {place}; candidates confined by {event.confinement}"


def _verdict(event: records.CandidateJudged, archive: Archive) -> str:
    verdict = event.verdict
    candidate = archive.candidates.get(verdict.candidate)
    name = f"{verdict.candidate} {candidate.operator if candidate is not None else ''}".rstrip()
    if verdict.twin is not None:
        return f"  {name}: {verdict.twin} over again, whose result stands in"
    if verdict.passed:
        return f"  {name}: {', '.join(verdict.components) or 'no components'}"
    reason = next(r for r in verdict.reasons if not r.warning)
    return f"  {name}: rejected, {reason}"


def _training(event: records.TrainingStarted, _: Archive) -> str:
    count = len(event.rewards) * len(event.seeds)
    return f"  {event.purpose}: training {count} policies × {event.steps:,} steps"


def _trained(event: records.RewardTrained, archive: Archive) -> str:
    result = event.result
    if result.failure is not None:
        return f"  {result.reward}: training failed, {result.failure}"
    if not archive.measured:
        count = len(result.members)
        return f"  {result.reward}: {result.purpose}, {count} policies trained"
    values = ", ".join(number(value) for value in result.fitness)
    unit = f" {archive.started.environment.get('unit', '')}" if archive.started else ""
    return f"  {result.reward}: {result.purpose} fitness {values}{unit.rstrip()}"


def _preference(event: records.PreferenceGiven, _: Archive) -> str:
    """Who was preferred by whom, and why."""
    one = event.preference
    if one.source == "rank":  # many, and they cost nothing; the strengths tell what came of them
        return ""
    if one.won is None:
        return "" if one.closes else f"  {one.first} or {one.second}: no answer ({one.source})"
    sides = (one.first, one.second) if one.won >= EVEN else (one.second, one.first)
    verb = "is as good as" if one.won == EVEN else "is preferred to"
    why = f", {one.words[0]}" if one.words else ""
    return f"  {sides[0]} {verb} {sides[1]} ({one.source}{why})"


def _frames(event: records.FramesDecided, _: Archive) -> str:
    if event.shown:
        return "the model compares behaviours by their numbers and by frames of an episode each"
    return f"the model compares behaviours by their numbers alone, without frames: {event.why}"


def _strengths(event: records.StrengthsFitted, _: Archive) -> str:
    order = sorted(event.scores, key=lambda name: (-event.scores[name].value, name))
    told = ", ".join(f"{name} {score_text(event.scores[name])}" for name in order[:SHOWN_BEST])
    return f"  {event.stage}: preferred to the average: {told}" if told else ""


def _analysis(event: records.CandidateAnalysed, _: Archive) -> str:
    one = event.analysis
    told = [f"failure: {line}" for line in one.failures[:1]]
    told += [f"suggestion: {line}" for line in one.suggestions[:1]]
    return f"  {one.candidate}: {'; '.join(told) or 'the analyst names no failure'}"


def _generation(event: records.GenerationFinished, archive: Archive) -> str:
    best = event.best
    score = archive.scores.get(best) if best is not None else None
    return f"generation {event.generation} done; best so far {best or 'none'} {score_text(score)}"


_SENTENCES: dict[type, Callable[[Any, Archive], str]] = {
    records.RunStarted: _started,
    records.RunResumed: lambda _e, _a: "resumed",
    records.GenerationStarted: lambda e, _: f"generation {e.generation}",
    records.CandidateJudged: _verdict,
    records.TrainingStarted: _training,
    records.RewardTrained: _trained,
    records.CandidateAnalysed: _analysis,
    records.FramesDecided: _frames,
    records.PreferenceGiven: _preference,
    records.StrengthsFitted: _strengths,
    records.BaselineStarted: lambda e, _: (
        f"{e.baseline} search, for comparison: {e.proposals} initial proposals, trained alike"
    ),
    records.BaselineSearched: lambda e, _: (
        f"{e.baseline} search: {e.trained} candidates trained, {e.steps:,} environment steps"
    ),
    records.GenerationFinished: _generation,
    records.FinalistsOrdered: lambda e, _: f"finalists, the best first: {', '.join(e.finalists)}",
}


class JsonObserver:
    """Every event as a line of JSON on stdout, and for people nothing."""

    def __init__(self, write: Callable[[Any], None]) -> None:
        self.write = write

    def see(self, event: AnyEvent) -> None:
        """Write the event."""
        self.write(event)

    def progress(self, progress: TrainProgress) -> None:
        """Progress is no event."""

    def close(self) -> None:
        """Nothing is open."""


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
        begun = _training_of(event)
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
            bar = Table.grid()
            bar.add_row(ProgressBar(total=1.0, completed=self.training.share, width=40))
            parts += [Text(self.training.words()), bar]
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
        table = Table("candidate", "operator", "components", "fitness", "finding", expand=True)
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
