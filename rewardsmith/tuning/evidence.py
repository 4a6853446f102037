"""Evidence: whole episodes with their fitness, for one choice of signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith.bank import Bank
from rewardsmith.signals import PREVIOUS, Array


@dataclass(frozen=True, slots=True)
class Evidence:
    """Episodes one after another."""

    rows: Mapping[str, Array]
    """The signals on every step, (steps, *shape)."""
    lengths: tuple[int, ...]
    """Steps of each episode."""
    fitness: tuple[float, ...]
    """What each episode was worth."""
    own: tuple[bool, ...] = ()
    """Whether a policy did it that was trained with the very reward; empty: none."""
    ended: tuple[bool, ...] = ()
    """Whether the simulator ended it; empty: none."""
    segment: tuple[bool, ...] = ()
    """Whether it is a piece of a longer episode; empty: none."""
    steps: Array | None = None
    """The fitness of every step, (steps,); None where it was not recorded."""
    discount: float | None = None
    """What the trainer counts a reward one step later; None where an end costs no fitness."""

    def flags(self, name: str) -> Array:
        """`own`, `ended` or `segment` as an array, (episodes,)."""
        return np.array(getattr(self, name) or (False,) * len(self.lengths))

    def picked(self, places: Array, longest: int | None = None) -> Evidence:
        """Some of the episodes alone, in that order, and of each at most so many steps."""
        steps = np.split(np.arange(sum(self.lengths)), np.cumsum(self.lengths)[:-1])
        kept = [steps[k][:longest] for k in places]
        rows = np.concatenate([steps[0][:0], *kept])
        cut = np.array([len(steps[k]) > len(own) for k, own in zip(places, kept, strict=True)])
        flags = {name: self.flags(name)[places] for name in ("own", "ended", "segment")}
        flags["ended"] = flags["ended"] & ~cut
        return Evidence(
            {name: values[rows] for name, values in self.rows.items()},
            tuple(len(own) for own in kept),
            tuple(self.fitness[k] for k in places),
            steps=None if self.steps is None else self.steps[rows],
            discount=self.discount,
            **{name: tuple(values.tolist()) for name, values in flags.items()},
        )


def bank_evidence(bank: Bank, signals: Sequence[str]) -> Evidence | None:
    """The bank's episodes; None where a signal was not recorded with them."""
    episodes = bank.episodes
    if not episodes or any(name not in episodes[0].signals for name in signals):
        return None
    return Evidence(
        {name: np.concatenate([e.signals[name] for e in episodes]) for name in signals},
        tuple(episode.length for episode in episodes),
        tuple(episode.fitness for episode in episodes),
        ended=tuple(episode.terminated for episode in episodes),
        segment=tuple(not e.terminated and e.length != bank.time_limit for e in episodes),
        steps=_all([episode.steps for episode in episodes]),
    )


def trained_evidence(
    arrays: Iterable[Mapping[str, Array]],
    signals: Sequence[str],
    episode_fitness: Callable[[Array], float],
    *,
    own: bool = False,
) -> Evidence | None:
    """What trained policies did, from their trajectory files; None where a signal is not in them.

    What a signal was before is the step before; at an episode's first step its change is 0, and
    an action before the first is 0.
    """
    parts: list[Evidence] = []
    for saved in arrays:
        lengths = np.bincount(saved["episode"])
        ends = np.cumsum(lengths)
        rows = {name: _signal(saved, name) for name in signals}
        if any(values is None for values in rows.values()):
            return None
        steps = np.split(saved["fitness"], ends[:-1])
        terminated = saved.get("terminated", np.zeros(len(saved["episode"]), dtype=np.bool_))
        parts.append(
            Evidence(
                {name: values for name, values in rows.items() if values is not None},
                tuple(int(length) for length in lengths),
                tuple(episode_fitness(values) for values in steps),
                own=(own,) * len(lengths),
                ended=tuple(bool(ended) for ended in terminated[ends - 1]),
                segment=(False,) * len(lengths),
                steps=saved["fitness"],
            )
        )
    return joined(parts)


def joined(parts: Sequence[Evidence | None]) -> Evidence | None:
    """All of them as one; None where there is none."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    flags = {
        name: tuple(bool(flag) for part in known for flag in part.flags(name))
        for name in ("own", "ended", "segment")
    }
    return Evidence(
        {name: np.concatenate([p.rows[name] for p in known]) for name in known[0].rows},
        tuple(length for part in known for length in part.lengths),
        tuple(fitness for part in known for fitness in part.fitness),
        steps=_all([part.steps for part in known]),
        own=flags["own"],
        ended=flags["ended"],
        segment=flags["segment"],
    )


def _all(parts: Sequence[Array | None]) -> Array | None:
    """One after another; None where one is missing."""
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


def _signal(saved: Mapping[str, Array], name: str) -> Array | None:
    if name in saved:
        return saved[name]
    current = saved.get(name.removeprefix(PREVIOUS)) if name.startswith(PREVIOUS) else None
    if current is None:
        return None
    first = np.diff(saved["episode"], prepend=-1) != 0
    shifted = np.concatenate([current[:1], current[:-1]])
    start = np.zeros_like(current) if name == f"{PREVIOUS}action" else current
    return np.where(first.reshape(first.shape + (1,) * (current.ndim - 1)), start, shifted)
