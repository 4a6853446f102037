"""The archive: everything that a run has found so far, as a pure fold over its events."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np

from rewardsmith import records, stats
from rewardsmith.archive.canonical import canonical_json
from rewardsmith.archive.cells import cells_first
from rewardsmith.archive.parents import (
    PARENT_STRATEGIES,
    draw_by_rank,
    idle_of,
    interval_errors,
    standard_errors,
)
from rewardsmith.archive.preferences import with_preference, with_strengths
from rewardsmith.archive.spend import Spend
from rewardsmith.archive.twins import twins_in, with_stand_ins
from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import (
    Analysis,
    AnyEvent,
    Candidate,
    Completion,
    Diagnosis,
    Feedback,
    Preference,
    Score,
    TrainResult,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Archive:
    """What is known after some events; `with_event` gives what is known after one more."""

    started: records.RunStarted | None = None
    generation: int = -1
    """The last generation that began."""
    shares: Mapping[int, Mapping[str, float]] = field(
        default_factory=dict[int, Mapping[str, float]]
    )
    """By generation: how much of it each operator was given when it began."""
    candidates: Mapping[str, Candidate] = field(default_factory=dict[str, Candidate])
    verdicts: Mapping[str, Verdict] = field(default_factory=dict[str, Verdict])
    results: Mapping[tuple[str, str], TrainResult] = field(
        default_factory=dict[tuple[str, str], TrainResult]
    )
    """By (reward id, purpose); seeds that were added later stand behind the earlier ones."""
    scores: Mapping[str, Score] = field(default_factory=dict[str, Score])
    """Of candidates, on selection seeds; one that failed with any seed has none."""
    diagnoses: Mapping[str, Diagnosis] = field(default_factory=dict[str, Diagnosis])
    analyses: Mapping[str, Analysis] = field(default_factory=dict[str, Analysis])
    """What a model said of candidates' numbers, where it was asked."""
    feedback: tuple[Feedback, ...] = ()
    frames: records.FramesDecided | None = None
    """Whether a model that compares is shown frames; None where that was not decided."""
    preferences: Mapping[str, Preference] = field(default_factory=dict[str, Preference])
    """By key; only where the task has no fitness."""
    strengths: Mapping[str, Mapping[str, Score]] = field(
        default_factory=dict[str, Mapping[str, Score]]
    )
    """By stage: the preference scores that its comparisons led to."""
    generations: tuple[int, ...] = ()
    """The complete ones."""
    completions: Mapping[str, Completion] = field(default_factory=dict[str, Completion])
    prompts: Mapping[str, str] = field(default_factory=dict[str, str])
    """By completion key: hash of the messages that were answered."""
    jobs: Mapping[str, records.TrainingStarted] = field(
        default_factory=dict[str, records.TrainingStarted]
    )
    """Trainings by id, as they first began: what was decided then holds after a resume, too."""
    searching: Mapping[str, records.BaselineStarted] = field(
        default_factory=dict[str, records.BaselineStarted]
    )
    """The searches without evolution that began, by the baseline's name."""
    searched: Mapping[str, records.BaselineSearched] = field(
        default_factory=dict[str, records.BaselineSearched]
    )
    """What they found."""
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    """Those that were not made, or not to their end, and why."""
    confirmed: records.FinalistsOrdered | None = None
    finished: records.RunFinished | None = None
    spend: Spend = field(default_factory=Spend)

    @staticmethod
    def fold(events: Iterable[AnyEvent]) -> Archive:
        """The archive after these events."""
        archive = Archive()
        for event in events:
            archive = archive.with_event(event)
        return archive

    def with_event(self, event: AnyEvent) -> Archive:
        """The archive after one more event; one that carries nothing to keep changes nothing."""
        keep = _KEEPERS.get(type(event))
        return self if keep is None else keep(self, event)

    # ------------------------------------------------------------ who is good

    @property
    def measured(self) -> bool:
        """Whether the task has a fitness; scores are preference scores otherwise."""
        return self.started is None or self.started.measured

    @property
    def retargeted(self) -> bool:
        """Whether a fitness was typed that the environment's human reward was not written for."""
        return self.started is not None and bool(self.started.environment.get("fitness"))

    @property
    def rejected(self) -> frozenset[str]:
        """What a person rejected; a later ranking takes a candidate back."""
        rejected: set[str] = set()
        for feedback in self.feedback:
            rejected = (rejected - set(feedback.ranking)) | set(feedback.rejected)
        return frozenset(rejected)

    @property
    def twins(self) -> dict[str, str]:
        """Candidates that are earlier ones over again, with those, whose results stand in."""
        return twins_in(self.verdicts)

    def ranking(self) -> tuple[str, ...]:
        """Candidates by score, the best first; none that failed, was rejected or is a twin."""
        left_out = self.rejected | set(self.twins)
        ids = [i for i in self.scores if i in self.candidates and i not in left_out]
        return tuple(sorted(ids, key=self._order))

    def finalists(self, count: int) -> tuple[str, ...]:
        """The best `count` of all generations by selection score.

        Who was stopped before others had shown what they can is none, where there is another.
        """
        names = self.ranking()
        whole = [name for name in names if not self.results[name, "selection"].cut_short]
        return tuple(whole or names)[:count]

    def best(self) -> Candidate | None:
        """The winner so far: of the report, else of the confirmation, else by selection score."""
        best: str | None
        if self.finished is not None and self.finished.best is not None:
            best = self.finished.best
        elif self.confirmed is not None and self.confirmed.finalists:
            best = self.confirmed.finalists[0]
        else:
            best = next(iter(self.finalists(1)), None)
        return self.candidates.get(best) if best is not None else None

    def parents_for(
        self,
        generation: int,
        count: int,
        rng: np.random.Generator,
        strategy: str = "thompson",
    ) -> tuple[Candidate, ...]:
        """At most `count` different parents out of all generations before `generation`.

        `thompson` ranks by one draw from each score's uncertainty, `rank` by the scores; both
        draw from the ranks, the better the likelier.  `cells` draws as `thompson` does, but only
        from the first of each cell (signals looked at, behaviour asked for), so that two parents
        are of two kinds where there are two.
        `last-best` takes the best of the last generation only (Eureka's rule, for comparison).
        Whom a person ranked after the last generation comes before all others, whoever was
        rejected never.  Where several reached the same least score, nothing was learned with them:
        they are parents only where there are no others.
        """
        if strategy not in PARENT_STRATEGIES:
            raise UsageError(unknown_name("parent strategy", strategy, PARENT_STRATEGIES))
        able = [i for i in self.ranking() if self.candidates[i].generation < generation]
        if strategy == "last-best":
            last = max((self.candidates[i].generation for i in able), default=-1)
            best = [i for i in able if self.candidates[i].generation == last]
            return tuple(self.candidates[i] for i in best[:count])
        if strategy != "rank":
            able = self._drawn_order(able, rng)
        favoured = [i for i in self._favoured(generation) if i in able]
        idle = idle_of({i: self.scores[i].value for i in able})
        others = [i for i in able if i not in favoured and i not in idle]
        first = cells_first(self, others) if strategy == "cells" else (others,)
        groups = [favoured, *first, [i for i in idle if i not in favoured]]
        chosen: list[str] = []
        for group in groups:
            chosen += draw_by_rank(group, count - len(chosen), rng)
        return tuple(self.candidates[i] for i in chosen)

    def lineage(self, candidate: str) -> tuple[Candidate, ...]:
        """The candidate and all its ancestors, the nearest first; UsageError for an unknown id."""
        if candidate not in self.candidates:
            raise UsageError(unknown_name("candidate", candidate, self.candidates))
        found = {candidate: self.candidates[candidate]}
        queue = [candidate]
        while queue:
            for parent in found[queue.pop(0)].parents:
                if parent in self.candidates and parent not in found:
                    found[parent] = self.candidates[parent]
                    queue.append(parent)
        return tuple(found.values())

    def result(self, reward: str, *purposes: str) -> TrainResult | None:
        """The reward's result for the first of these purposes that there is one for."""
        found = (self.results.get((reward, purpose)) for purpose in purposes)
        return next((result for result in found if result is not None), None)

    def _order(self, candidate: str) -> tuple[float, float, str]:
        score = self.scores[candidate]
        return -score.value, -score.low, candidate

    def _favoured(self, generation: int) -> tuple[str, ...]:
        """Whom a person ranked between the last generation and this one, the best first."""
        recent = [f.ranking for f in self.feedback if f.generation == generation - 1 and f.ranking]
        return recent[-1] if recent else ()

    def _drawn_order(self, ids: list[str], rng: np.random.Generator) -> list[str]:
        """The candidates ordered by one draw from the uncertainty of each score."""
        if self.measured:
            errors = standard_errors([self.results[i, "selection"].fitness for i in ids])
        else:
            errors = interval_errors([self.scores[i] for i in ids])
        drawn = np.array([self.scores[i].value for i in ids]) + errors * rng.normal(size=len(ids))
        return [ids[k] for k in np.argsort(-drawn, kind="stable")]

    def canonical(self) -> bytes:
        """JSON in which two archives are equal iff the runs found the same."""
        return canonical_json(self)


# ---------------------------------------------------------------- one event after another


def _with_start(archive: Archive, event: records.RunStarted) -> Archive:
    return replace(archive, started=event)


def _with_generation(archive: Archive, event: records.GenerationStarted) -> Archive:
    shares = {event.generation: event.shares} if event.shares else {}
    return replace(
        archive,
        generation=max(archive.generation, event.generation),
        shares={**archive.shares, **shares},
    )


def _with_completion(archive: Archive, event: records.CompletionReceived) -> Archive:
    asked = hashlib.sha256(records.encode(event.messages)).hexdigest()
    return replace(
        archive,
        completions={**archive.completions, event.key: event.completion},
        prompts={**archive.prompts, event.key: asked},
        spend=archive.spend.with_completion(event.completion),
    )


def _with_candidate(archive: Archive, event: records.CandidateProposed) -> Archive:
    candidate = event.candidate
    return replace(archive, candidates={**archive.candidates, candidate.id: candidate})


def _with_verdict(archive: Archive, event: records.CandidateJudged) -> Archive:
    verdict = event.verdict
    judged = replace(archive, verdicts={**archive.verdicts, verdict.candidate: verdict})
    return judged if verdict.twin is None else with_stand_ins(judged, verdict.twin)


def _with_job(archive: Archive, event: records.TrainingStarted) -> Archive:
    known = event.job in archive.jobs
    return archive if known else replace(archive, jobs={**archive.jobs, event.job: event})


def _with_result(archive: Archive, event: records.RewardTrained) -> Archive:
    """Seeds are added to those of the same purpose; a seed trained again replaces its result."""
    result = event.result
    key = (result.reward, result.purpose)
    before = archive.results.get(key)
    members = {} if before is None else {member.seed: member for member in before.members}
    members |= {member.seed: member for member in result.members}
    merged = msgspec.structs.replace(result, members=tuple(members.values()))
    scores = dict(archive.scores)
    if result.purpose == "selection" and (archive.measured or merged.failure is not None):
        scores.pop(result.reward, None)
        score = None if merged.failure is not None else stats.score(merged.fitness)
        scores |= {} if score is None else {result.reward: score}
    trained = replace(
        archive,
        results={**archive.results, key: merged},
        scores=scores,
        spend=archive.spend.with_training(event),
    )
    return with_stand_ins(trained, result.reward)


def _with_diagnosis(archive: Archive, event: records.CandidateDiagnosed) -> Archive:
    diagnosis = event.diagnosis
    return replace(archive, diagnoses={**archive.diagnoses, diagnosis.candidate: diagnosis})


def _with_analysis(archive: Archive, event: records.CandidateAnalysed) -> Archive:
    analysis = event.analysis
    return replace(archive, analyses={**archive.analyses, analysis.candidate: analysis})


def _with_feedback(archive: Archive, event: records.FeedbackGiven) -> Archive:
    return replace(archive, feedback=(*archive.feedback, event.feedback))


def _with_finished_generation(archive: Archive, event: records.GenerationFinished) -> Archive:
    complete = tuple(sorted({*archive.generations, event.generation}))
    return replace(archive, generations=complete)


def _with_search(archive: Archive, event: records.BaselineStarted) -> Archive:
    return replace(archive, searching={**archive.searching, event.baseline: event})


def _with_searched(archive: Archive, event: records.BaselineSearched) -> Archive:
    return replace(archive, searched={**archive.searched, event.baseline: event})


def _with_left_out(archive: Archive, event: records.BaselineLeftOut) -> Archive:
    return replace(archive, left_out={**archive.left_out, event.baseline: event.reason})


def _with_finalists(archive: Archive, event: records.FinalistsOrdered) -> Archive:
    return replace(archive, confirmed=event)


def _with_finish(archive: Archive, event: records.RunFinished) -> Archive:
    return replace(archive, finished=event)


_KEEPERS: Mapping[type[Any], Callable[[Archive, Any], Archive]] = {
    records.RunStarted: _with_start,
    records.GenerationStarted: _with_generation,
    records.CompletionReceived: _with_completion,
    records.CandidateProposed: _with_candidate,
    records.CandidateJudged: _with_verdict,
    records.TrainingStarted: _with_job,
    records.RewardTrained: _with_result,
    records.CandidateDiagnosed: _with_diagnosis,
    records.CandidateAnalysed: _with_analysis,
    records.FeedbackGiven: _with_feedback,
    records.FramesDecided: lambda archive, event: replace(archive, frames=event),
    records.PreferenceGiven: with_preference,
    records.StrengthsFitted: with_strengths,
    records.GenerationFinished: _with_finished_generation,
    records.BaselineStarted: _with_search,
    records.BaselineSearched: _with_searched,
    records.BaselineLeftOut: _with_left_out,
    records.FinalistsOrdered: _with_finalists,
    records.RunFinished: _with_finish,
}
