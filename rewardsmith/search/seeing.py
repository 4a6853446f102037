"""Seeing: the recorded episodes that say how well a reward follows fitness, before it is trained.

Those of the bank, and of the trained candidates of earlier generations: a run that is resumed sees
the same.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer import load_trajectories
from rewardsmith.bank import Bank
from rewardsmith.environments import Task
from rewardsmith.language import reward_parameters
from rewardsmith.search.settings import trainer_discount
from rewardsmith.search.sitting import Sitting
from rewardsmith.signals import Array
from rewardsmith.tuning import Evidence, bank_evidence, joined, losses_of, trained_evidence

SEEN = 12
"""Trained candidates whose episodes are the evidence, the parents among them."""
FEWEST, AGREEING = 4, -0.3
"""So many trained candidates tell whether the loss is to be followed: where its rank correlation
with their scores is this or less.  It was -0.49, -0.57 and -0.78 over 12 first proposals each for
mountain car, cart-pole with a target and pendulum."""
ADDING = frozenset({"sum", "mean"})
"""Where fitness is the sum of what the steps are worth, so are windows worth theirs."""

Seen = Iterable[tuple[Iterable[Mapping[str, Array]], bool]]
"""Trajectories of policies, and whether they count as the reward's own."""


def evidence_before(
    sitting: Sitting,
    generation: int,
    signals: Sequence[str],
    parents: Sequence[str],
    more: Collection[tuple[str, str]] = (),
) -> Evidence | None:
    """What was seen before this generation, with these signals; None where nothing was.

    The parents' episodes count as the reward's own, and so do those of `more`, by (reward id,
    purpose).
    """
    archive, folder = sitting.archive, sitting.log.folder
    ranking = [n for n in archive.ranking() if archive.candidates[n].generation < generation]
    names = [(name, "selection") for name in seen_of(ranking, *parents)]
    seen = [(archive.results[key], key[0] in parents) for key in names]
    seen += [(archive.results[key], True) for key in more]
    arrays = ((load_trajectories(folder, result).values(), own) for result, own in seen)
    discount = trainer_discount(sitting.environment, sitting.config)
    return evidence_of(sitting.bank, sitting.environment.task, signals, arrays, discount)


def tells(sitting: Sitting, generation: int) -> bool:
    """Whether the loss on episodes orders what was trained about as its scores do.

    Where it does not, what fits the episodes best is no better: where a swing has to be gathered
    before the goal is reached, say, what pays at the goal fits best, and leads nobody there.
    True where too few were trained, or all reached the same: it mostly does.
    """
    archive = sitting.archive
    names = [n for n in archive.ranking() if archive.candidates[n].generation < generation]
    if len(names) < FEWEST:
        return True
    sources = tuple(archive.candidates[name].source for name in names)
    evidence = evidence_before(sitting, generation, signals_in(sources), ())
    if evidence is None:
        return True
    losses = losses_of(sources, evidence, sitting.shop.rewards)
    agreement = stats.spearman(losses, [archive.scores[name].value for name in names])
    return agreement is None or agreement <= AGREEING


def signals_in(sources: Iterable[str]) -> tuple[str, ...]:
    """The signals that any of these rewards takes."""
    found = {name for source in sources for name in reward_parameters(ast.parse(source))}
    return tuple(sorted(found))


def evidence_of(
    bank: Bank, task: Task, signals: Sequence[str], seen: Seen, discount: float
) -> Evidence | None:
    """The bank's episodes and those of trained policies, with these signals.

    `discount` is the trainer's; it matters where fitness is a sum, which an end cuts short.
    """
    parts = [bank_evidence(bank, signals)]
    for arrays, own in seen:
        parts.append(trained_evidence(arrays, signals, task.episode_fitness, own=own))
    found = joined(parts)
    if found is None or task.reduce not in ADDING:
        return found and replace(found, steps=None)
    return replace(found, discount=discount if task.reduce == "sum" else None)


def seen_of(ranking: Sequence[str], *parents: str) -> tuple[str, ...]:
    """Whose episodes are looked at: the parents', and some spread over the ranking."""
    others = [name for name in ranking if name not in parents]
    count = min(len(others), max(SEEN - len(parents), 0))
    places = np.linspace(0, len(others) - 1, count).round().astype(int)
    return (*parents, *(others[place] for place in np.unique(places)))
