"""What a generation is to propose: a pure function of the settings and of what came before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from rewardsmith.advice import component_advice
from rewardsmith.analyzer import strengths
from rewardsmith.archive import ENOUGH, Archive
from rewardsmith.bank import Bank
from rewardsmith.config import MOST_SEEDS, Config
from rewardsmith.environments import FEW_SIGNALS, Environment
from rewardsmith.leaks import Secrets, secrets_of
from rewardsmith.proposers import ActionRow, ParentView, ProposalRequest, SignalRow
from rewardsmith.records import Candidate, Reason
from rewardsmith.signals import PREVIOUS
from rewardsmith.strategy import operators_for, temperature_of
from rewardsmith.telling import analysis_lines, comparison_lines, findings_of, score_words

IGNORANT = {"zeros": "doing nothing (actions of 0)", "random": "random actions"}
"""Policies of the bank that know nothing of the task, in words."""
_FIRST_CHOICE = "always action 0"
"""What `zeros` does where actions are choices: the first of them need not be to do nothing."""
PARENTS = {"initial": 0, "mutate": 1, "retune": 1, "crossover": 2}
HISTORY = 16
PURPOSES = ("selection", "confirmation", "report")
SECOND_TRAINER = "second_trainer"
"""The purpose of the winner's training by another trainer, on the report's seeds."""
SEEDS_PER_PURPOSE = MOST_SEEDS
SEEDS_PER_RUN = SEEDS_PER_PURPOSE * len(PURPOSES)


def training_seeds(config: Config, purpose: str) -> tuple[int, ...]:
    """The members' seeds for one purpose; those of different purposes never meet.

    The second trainer takes the report's: it reports on the same winner.
    """
    if purpose == SECOND_TRAINER:
        return training_seeds(config, "report")
    counts = {
        "selection": config.seeds,
        "confirmation": config.confirmation_seeds,
        "report": config.report_seeds,
    }
    return _seeds(config, purpose, 0, counts[purpose])


def more_seeds(config: Config, purpose: str, first: int, count: int) -> tuple[int, ...]:
    """Seeds of a purpose beyond its first ones, for candidates that are trained again."""
    return _seeds(config, purpose, first, count)


def most_seeds(config: Config, purpose: str) -> int:
    """How many seeds a candidate may get for a purpose while its place is open."""
    first = len(training_seeds(config, purpose))
    room = SEEDS_PER_PURPOSE // 2 if purpose == "selection" else SEEDS_PER_PURPOSE
    return min(max(ENOUGH, first + 2 * config.elite_seeds), room)


def retuning_seeds(config: Config) -> tuple[int, ...]:
    """Seeds of short trainings: selection seeds that no candidate is scored on."""
    return _seeds(config, "selection", SEEDS_PER_PURPOSE // 2, config.seeds)


def _seeds(config: Config, purpose: str, skipped: int, count: int) -> tuple[int, ...]:
    first = config.seed * SEEDS_PER_RUN + PURPOSES.index(purpose) * SEEDS_PER_PURPOSE + skipped
    return tuple(range(first, first + count))


def candidate_id(generation: int, index: int, repair: int = 0) -> str:
    """`g01-c03`, and `g01-c03-r2` for its second repair."""
    repaired = f"-r{repair}" if repair else ""
    return f"g{generation:02d}-c{index:02d}{repaired}"


@dataclass(frozen=True, slots=True)
class Brief:
    """What every request of a run shares: the environment as a proposer may see it."""

    words: str
    signals: tuple[SignalRow, ...]
    action: ActionRow
    time_limit: int | None
    ends_early: bool
    description: str = ""
    """What the environment's author says of it."""
    reference: tuple[str, ...] = ()
    """What policies that know nothing reach, a line each."""
    secrets: Secrets | None = None
    """What no prompt may hold."""
    measured: bool = True
    """Whether the task has a fitness."""

    @classmethod
    def of(cls, environment: Environment, bank: Bank) -> Brief:
        """Signals as declared, with ranges from the bank where none were declared."""
        rows = tuple(
            SignalRow(
                name=s.name,
                sentence=s.description,
                unit=s.unit,
                shape=s.shape,
                low=_end(s.low, bank, s.name, 0),
                high=_end(s.high, bank, s.name, 1),
                change=_change(bank, s.name),
            )
            for s in environment.signals
        )
        if len(rows) < FEW_SIGNALS:
            rows += (_observation_row(bank),)
        space = bank.action_space
        action = ActionRow(count=space.count, shape=space.shape, low=space.low, high=space.high)
        early = bool(np.any(bank.transitions["terminated"]))
        return cls(
            environment.task.words,
            rows,
            action,
            bank.time_limit,
            early,
            description=environment.description,
            reference=reference_scores(bank) if environment.task.measured else (),
            secrets=secrets_of(environment),
            measured=environment.task.measured,
        )

    def request(self, **own: Any) -> ProposalRequest:
        """A request of this run, from what is its own."""
        return ProposalRequest(
            words=self.words,
            secrets=self.secrets,
            signals=self.signals,
            action=self.action,
            time_limit=self.time_limit,
            ends_early=self.ends_early,
            description=self.description,
            reference=self.reference,
            measured=self.measured,
            **own,
        )


def reference_scores(bank: Bank) -> tuple[str, ...]:
    """The measure of the task under policies that know nothing, as the bank recorded them."""
    lines: list[str] = []
    for policy, words in IGNORANT.items():
        who = _FIRST_CHOICE if policy == "zeros" and bank.action_space.discrete else words
        episodes = [episode for episode in bank.episodes if episode.policy == policy]
        if episodes:
            fitness = [episode.fitness for episode in episodes]
            steps = round(float(np.mean([episode.length for episode in episodes])))
            lines.append(
                f"{who}: mean {np.mean(fitness):.3g}, from {min(fitness):.3g} to "
                f"{max(fitness):.3g} ({len(fitness)} recorded, of {steps} steps)"
            )
    return tuple(lines)


def _observation_row(bank: Bank) -> SignalRow:
    """The bare observation, for environments that name little else."""
    low, high = bank.ranges.get("next_obs", (None, None))
    sentence = "observation after the action, as the simulator gives it"
    shape = bank.observation_shape
    return SignalRow(name="next_obs", sentence=sentence, shape=shape, low=low, high=high)


def _end(declared: float | None, bank: Bank, name: str, end: int) -> float | None:
    if declared is not None:
        return declared
    observed = bank.ranges.get(name)
    return None if observed is None else float(f"{observed[end]:.3g}")


def _change(bank: Bank, name: str) -> float | None:
    """The median size of a signal's change in one step, where it has a number to change."""
    now, before = bank.transitions[name], bank.transitions[PREVIOUS + name]
    if now.dtype.kind not in "fi":
        return None
    size = np.median(np.abs(now.astype(np.float64) - before))
    return float(f"{size:.2g}") if np.isfinite(size) else None


def plan_generation(
    archive: Archive, brief: Brief, config: Config, generation: int, *, first_index: int = 0
) -> tuple[ProposalRequest, ...]:
    """The requests of a generation, one for each index from `first_index`.

    Parents come from the generations before it alone, so that a resumed run plans the same.
    """
    operators = operators_for(archive, config, generation)
    return tuple(
        _request(archive, brief, config, operators[index], (generation, index))
        for index in range(first_index, config.candidates)
    )


def _request(
    archive: Archive, brief: Brief, config: Config, operator: str, place: tuple[int, int]
) -> ProposalRequest:
    generation, index = place
    rng = np.random.default_rng([config.seed, generation, index])
    count = PARENTS[operator]
    parents = archive.parents_for(generation, count, rng, config.parents) if count else ()
    return brief.request(
        key=candidate_id(generation, index),
        operator=operator,
        generation=generation,
        index=index,
        seed=int(rng.integers(2**31)),
        history=history_of(archive, generation),
        parents=parent_views(archive, parents, told=config.diagnosis, ends_early=brief.ends_early),
        notes=notes_on(archive, tuple(parent.id for parent in parents)),
        temperature=temperature_of(archive, config, generation),
    )


def parent_views(
    archive: Archive, parents: Sequence[Candidate], *, told: bool, ends_early: bool = False
) -> tuple[ParentView, ...]:
    """The parents of one proposal; of several, too, in what each is ahead."""
    views = tuple(
        parent_view(archive, parent, told=told, ends_early=ends_early) for parent in parents
    )
    results = [archive.results.get((parent.id, "selection")) for parent in parents]
    known = [result for result in results if result is not None]
    if not told or not archive.measured or len(known) < len(views):
        return views
    return tuple(
        msgspec.structs.replace(view, ahead=ahead)
        for view, ahead in zip(views, strengths(known), strict=True)
    )


def parent_view(
    archive: Archive, candidate: Candidate, *, told: bool = True, ends_early: bool = False
) -> ParentView:
    """A parent with its score in words; if `told` with the analyzer's numbers and advice.

    `ends_early` is what the recorded episodes of simple policies say (`Brief.ends_early`).
    """
    score = archive.scores.get(candidate.id)
    result = archive.results.get((candidate.id, "selection")) if told else None
    advice = component_advice(result, ends_early=ends_early)
    return ParentView(
        candidate=candidate,
        score=score_words(score),
        diagnosis=_diagnosis_words(archive, candidate.id) if told else "",
        advice=tuple(f"{a.component}: {a.sentence}" for a in advice),
        actions={a.component: a.action for a in advice},
        fitness=score.value if score is not None else None,
        analysis=analysis_lines(archive, candidate.id) if told else (),
        comparisons=comparison_lines(archive, candidate.id) if told else (),
    )


def _diagnosis_words(archive: Archive, candidate: str) -> str:
    """The findings, the most telling first, then the numbers."""
    diagnosis, verdict = archive.diagnoses.get(candidate), archive.verdicts.get(candidate)
    if diagnosis is None:
        return ""
    told = findings_of(archive, candidate)
    lines = [f"- {finding.name}: {finding.sentence}" for finding in told]
    if verdict is not None and verdict.additive is False:
        lines.append("- not_additive: the components do not add up to the total")
    return "\n".join([*lines, "", diagnosis.text] if lines else [diagnosis.text])


def history_of(archive: Archive, generation: int) -> tuple[str, ...]:
    """What was trained before this generation, a line each, the best first, HISTORY at most."""
    names = [n for n in archive.ranking() if archive.candidates[n].generation < generation]
    again: dict[str, list[str]] = {}
    for twin, original in archive.twins.items():
        if archive.candidates[twin].generation < generation:
            again.setdefault(original, []).append(twin)
    return tuple(
        f"{name} ({archive.candidates[name].operator}): "
        f"{', '.join(archive.verdicts[name].components)}: {score_words(archive.scores.get(name))}"
        + (f"; the same again: {', '.join(sorted(again[name]))}" if name in again else "")
        for name in names[:HISTORY]
    )


def notes_on(archive: Archive, parents: tuple[str, ...]) -> tuple[str, ...]:
    """What a person wrote on all candidates or on these, verbatim, the latest first."""
    return tuple(
        f"on {name}: {note}" if name != "*" else note
        for feedback in reversed(archive.feedback)
        for name, note in feedback.notes.items()
        if name == "*" or name in parents
    )


def repair_request(
    original: ProposalRequest, broken: str, reasons: tuple[Reason, ...], repair: int
) -> ProposalRequest:
    """The request that sends a rejected candidate back with the reasons."""
    return msgspec.structs.replace(
        original,
        key=candidate_id(original.generation, original.index, repair),
        operator="repair",
        source=broken,
        reasons=reasons,
        seed=original.seed + repair,
    )


def start_candidates(sources: tuple[str, ...]) -> tuple[Candidate, ...]:
    """A person's own rewards as the first candidates of generation 0."""
    return tuple(
        Candidate(
            id=candidate_id(0, index),
            source=source,
            operator="human",
            generation=0,
            index=index,
            proposer="human",
        )
        for index, source in enumerate(sources)
    )
