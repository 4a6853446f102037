"""A run as lines: sentences for people, JSON for programs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rewardsmith import records
from rewardsmith.archive import Archive, share_words
from rewardsmith.observers.base import Training, number, score_text, training_of
from rewardsmith.records import AnyEvent, TrainProgress

SHOWN_BEST = 5
SHOWN_FINDINGS = 3
EVEN = 0.5
PROGRESS_EVERY = 15.0
"""Seconds between two plain lines about a training that goes on."""


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
        begun = training_of(event)
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


def _begun(event: records.GenerationStarted, _: Archive) -> str:
    """The generation, and from the second on what its places are given to."""
    told = [share_words(event.shares)] if event.generation and event.shares else []
    if event.plateau:
        warmth = "" if event.temperature is None else f", temperature {event.temperature:g}"
        last = "the last one" if event.plateau == 1 else f"the last {event.plateau}"
        told.append(f"the strategy changes{warmth}, because {last} brought nothing better")
    return f"generation {event.generation}" + (f": {'; '.join(told)}" if told else "")


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


def _diagnosed(event: records.CandidateDiagnosed, archive: Archive) -> str:
    """What happened to a candidate, where no fitness stands beside its name."""
    names = [finding.name for finding in event.diagnosis.findings[:SHOWN_FINDINGS]]
    if archive.measured or not names:
        return ""
    return f"  {event.diagnosis.candidate}: {', '.join(names)}"


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
    if not event.shown:
        return f"behaviours are compared by their numbers alone, without frames: {event.why}"
    whom = " and ".join(f"the {one}" for one in event.whom)
    told = f"behaviours are compared by their numbers and by frames of an episode each, for {whom}"
    return f"{told}; {event.why}" if event.why else told


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
    begin = f"generation {event.generation} done"
    if event.best is None:
        return f"{begin}; no candidate has a score so far"
    return f"{begin}; best so far {event.best} {score_text(archive.scores.get(event.best))}"


_SENTENCES: dict[type, Callable[[Any, Archive], str]] = {
    records.RunStarted: _started,
    records.RunResumed: lambda _e, _a: "resumed",
    records.GenerationStarted: _begun,
    records.CandidateJudged: _verdict,
    records.TrainingStarted: _training,
    records.RewardTrained: _trained,
    records.CandidateDiagnosed: _diagnosed,
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
    records.BaselineLeftOut: lambda e, _: f"{e.baseline} search, left out: {e.reason}",
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
