"""Who compares behaviours in a run without a fitness: ranked factors, a model, a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from rewardsmith.analyzer import behaviour_text, gather, load_trajectories, task_facts
from rewardsmith.errors import UsageError
from rewardsmith.preference import (
    Factor,
    ModelJudge,
    Showing,
    compare_by_rank,
    factor_values,
)
from rewardsmith.preference.judging import Question
from rewardsmith.proposers.prompts import action_words
from rewardsmith.records import (
    AnyEvent,
    Completion,
    CompletionReceived,
    MemberResult,
    Message,
    Preference,
    PreferenceGiven,
    TrainResult,
)
from rewardsmith.search.frames import draw_frames, draw_strip
from rewardsmith.search.goals import MODEL, PERSON, RANK, factors_of
from rewardsmith.search.sitting import Sitting
from rewardsmith.signals import Array


@dataclass(slots=True)
class Stand:
    """The trained policies of one purpose, as judges look at them."""

    sitting: Sitting
    purpose: str
    _arrays: dict[str, Mapping[int, Mapping[str, Array]]] = field(default_factory=dict, init=False)
    _texts: dict[tuple[str, int], str] = field(default_factory=dict, init=False)

    def seeds(self, reward: str) -> tuple[int, ...]:
        """The seeds whose training did not fail."""
        return tuple(m.seed for m in self._result(reward).members if m.fitness is not None)

    def text(self, reward: str, seed: int) -> str:
        """What a policy did, in words and numbers."""
        if (reward, seed) not in self._texts:
            member, arrays = self._member(reward, seed), self._recorded(reward).get(seed)
            facts = task_facts(self.sitting.environment, self.sitting.bank)
            self._texts[reward, seed] = behaviour_text(member, arrays, facts)
        return self._texts[reward, seed]

    def recording(self, reward: str, seed: int) -> str | None:
        """Where its episodes are, below the run's folder."""
        return self._member(reward, seed).trajectories

    def factors(
        self, factors: Sequence[Factor], reward: str, seed: int
    ) -> tuple[float, ...] | None:
        """A policy's factors; None where its episodes are lost."""
        environment, arrays = self.sitting.environment, self._recorded(reward).get(seed)
        if arrays is None:
            return None
        facts = task_facts(environment, self.sitting.bank)
        result = TrainResult(
            reward=reward, purpose=self.purpose, members=(self._member(reward, seed),)
        )
        rows = gather(result, {seed: arrays}, facts).rows
        return factor_values(factors, [row.arrays for row in rows], environment.task.events)

    def _recorded(self, reward: str) -> Mapping[int, Mapping[str, Array]]:
        if reward not in self._arrays:
            folder = self.sitting.log.folder
            self._arrays[reward] = load_trajectories(folder, self._result(reward))
        return self._arrays[reward]

    def _member(self, reward: str, seed: int) -> MemberResult:
        return next(m for m in self._result(reward).members if m.seed == seed)

    def _result(self, reward: str) -> TrainResult:
        return self.sitting.archive.results[reward, self.purpose]


Compare = Callable[[Sitting, Stand, Sequence[Preference]], Iterator[AnyEvent]]
"""Records what a judge says of planned comparisons, in any order."""


def compare_by_factors(
    sitting: Sitting, stand: Stand, asked: Sequence[Preference]
) -> Iterator[AnyEvent]:
    """By the ranked factors; how much of a difference counts follows from all policies there."""
    factors = factors_of(sitting.environment, sitting.config)
    names = {name for one in asked for name in (one.first, one.second)}
    sides = {(name, seed) for name in names for seed in stand.seeds(name)}
    values = {side: stand.factors(factors, *side) for side in sorted(sides)}
    known = [row for row in values.values() if row is not None]
    spreads = np.std(np.array(known), axis=0).tolist() if known else []
    for one in asked:
        first = values[one.first, one.first_seed]
        second = values[one.second, one.second_seed]
        won, words = None, ""
        if first is not None and second is not None:
            won, words = compare_by_rank(factors, first, second, spreads)
        yield _given(sitting, one, won, (words,) if words else ())


def compare_by_model(
    sitting: Sitting, stand: Stand, asked: Sequence[Preference]
) -> Iterator[AnyEvent]:
    """By the model, all at once; every answer is an event before its preference is one."""
    received: list[AnyEvent] = []

    def emit(key: str, messages: tuple[Message, ...], completion: Completion) -> None:
        event = CompletionReceived(key=key, messages=messages, completion=completion)
        received.append(sitting.record(event))

    by_key = {one.key: one for one in asked}
    sides = [s for one in asked for s in _sides(one)]
    frames = draw_frames(sitting, {side: stand.recording(*side) for side in sides}, MODEL)
    questions: list[Question] = []
    for one in asked:
        first, second = _sides(one)
        texts = stand.text(*first), stand.text(*second)
        both = frames[first] and frames[second]
        shown = (frames[first], frames[second]) if both else ((), ())
        questions.append(Question(one.key, *texts, *shown))
    judge = model_judge(sitting)
    for opinion in judge.compare(questions, emit):
        yield from received
        received.clear()
        yield _given(sitting, by_key[opinion.key], opinion.won, opinion.words)
    yield from received


def compare_by_person(
    sitting: Sitting, stand: Stand, asked: Sequence[Preference]
) -> Iterator[AnyEvent]:
    """By a person, one after another, until they have enough."""
    if sitting.hooks.prefer is None:
        raise UsageError("the run asks a person to compare and there is none to ask")
    most = sitting.config.human_comparisons
    for one in asked:
        number = int(one.key.rpartition("p")[2]) + 1
        showing = Showing(
            task=sitting.environment.task.words,
            first=stand.text(one.first, one.first_seed),
            second=stand.text(one.second, one.second_seed),
            number=number,
            most=most,
            frames=draw_strip(sitting, one.key, {s: stand.recording(*s) for s in _sides(one)}),
        )
        choice = sitting.hooks.prefer(showing)
        words = (choice.words,) if choice.words else ()
        yield _given(sitting, one, choice.won, words, closes=choice.won is None)
        if choice.won is None:
            return
        sitting.check()


JUDGES: Mapping[str, Compare] = {
    RANK: compare_by_factors,
    MODEL: compare_by_model,
    PERSON: compare_by_person,
}


def model_judge(sitting: Sitting) -> ModelJudge:
    """The model that compares, with what it is told of the environment."""
    brief = sitting.brief
    context = {
        "words": brief.words,
        "description": brief.description,
        "signals": brief.signals,
        "action_words": action_words(brief.action),
        "time_limit": brief.time_limit,
    }
    return ModelJudge(sitting.ask_model, sitting.archive.completions, context, brief.secrets)


def _sides(asked: Preference) -> tuple[tuple[str, int], tuple[str, int]]:
    """The two policies that are compared."""
    return (asked.first, asked.first_seed), (asked.second, asked.second_seed)


def _given(
    sitting: Sitting,
    asked: Preference,
    won: float | None,
    words: tuple[str, ...],
    *,
    closes: bool = False,
) -> AnyEvent:
    preference = msgspec.structs.replace(asked, won=won, words=words, closes=closes)
    return sitting.record(PreferenceGiven(preference=preference))
