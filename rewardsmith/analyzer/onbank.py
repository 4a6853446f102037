"""A reward on the bank's episodes, with what findings without a training ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.actions import efforts_of
from rewardsmith.analyzer.agreement import Base
from rewardsmith.analyzer.components import ZERO
from rewardsmith.analyzer.endings import ENOUGH, LONGER_IS_WORSE
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.facts import EnvironmentFacts
from rewardsmith.analyzer.motion import RATES
from rewardsmith.bank import TRAINED, Bank


@dataclass(frozen=True)
class OnBank:
    """What a reward pays on recorded episodes of simple policies."""

    bank: Bank
    facts: EnvironmentFacts
    base: Base

    @cached_property
    def total(self) -> Array:
        """What every step is paid, (steps,)."""
        return np.asarray(self.base.columns[""], dtype=np.float64)

    @cached_property
    def parts(self) -> Mapping[str, Array]:
        """The components, (steps,) each."""
        return {n: np.asarray(v, dtype=np.float64) for n, v in self.base.columns.items() if n}

    @cached_property
    def alive(self) -> Mapping[str, Array]:
        """The components that are not one number."""
        return {n: v for n, v in self.parts.items() if v.std() > ZERO * (1 + abs(float(v.mean())))}

    @cached_property
    def lengths(self) -> Array:
        """Of every episode, (episodes,)."""
        return np.array([e.length for e in self.bank.episodes])

    @cached_property
    def fitness(self) -> Array:
        """Of every episode, (episodes,)."""
        return np.array([e.fitness for e in self.bank.episodes])

    @cached_property
    def ended(self) -> Array:
        """Which episodes the simulator ended, (episodes,) of bool."""
        return np.array([e.terminated for e in self.bank.episodes])

    @cached_property
    def returns(self) -> Array:
        """Of every episode, (episodes,)."""
        return np.array([part.sum() for part in self.cut(self.total)])

    @cached_property
    def gross(self) -> float:
        """All that is paid and charged on an average step."""
        return sum(abs(float(values.mean())) for values in self.parts.values())

    @cached_property
    def last(self) -> Array:
        """The steps with which the simulator ended an episode, (steps,) of bool."""
        last = np.zeros(self.total.size, dtype=np.bool_)
        last[np.cumsum(self.lengths)[self.ended] - 1] = True
        return last

    @cached_property
    def simple(self) -> Array:
        """The steps of simple policies, (steps,) of bool."""
        acted = np.array([e.policy not in TRAINED for e in self.bank.episodes])
        return np.repeat(acted, self.lengths)

    @cached_property
    def ending_is_good(self) -> bool | None:
        """Whether the simulator ends what succeeds, by the fitness; None where it ends too few."""
        ended, lasted = self.fitness[self.ended], self.fitness[~self.ended]
        if len(ended) < ENOUGH:
            return None
        if len(lasted) >= ENOUGH:
            return bool(ended.mean() > lasted.mean())
        relation = stats.spearman(self.lengths, self.fitness)
        return relation is not None and relation < LONGER_IS_WORSE

    @cached_property
    def lasting_is_the_task(self) -> bool:
        """Whether fitness rises with the length of an episode."""
        relation = stats.spearman(self.lengths, self.fitness)
        return relation is not None and relation >= -LONGER_IS_WORSE

    @property
    def asks_for_the_task(self) -> bool:
        """Whether the return orders the episodes as the fitness does."""
        return self.base.asks_for_the_task

    def share(self, name: str) -> float:
        """A component's part of all components' spread."""
        spreads = self.base.spreads
        return spreads[name] / (sum(spreads.values()) or 1.0)

    def income(self, name: str) -> float:
        """A component's part of all that is paid and charged; negative where it is charged."""
        return float(self.parts[name].mean()) / (self.gross or 1.0)

    def cut(self, values: Array) -> list[Array]:
        """Values of all steps by episode."""
        return np.split(values, np.cumsum(self.lengths)[:-1])

    def signal(self, name: str) -> Array:
        """A recorded signal on every step, float64 (steps, ...)."""
        return np.concatenate([e.signals[name] for e in self.bank.episodes]).astype(np.float64)

    @cached_property
    def scalars(self) -> Mapping[str, Array]:
        """The declared signals that are one number, (steps,) each."""
        return {n: v for n, v in self._finite.items() if v.ndim == 1}

    @cached_property
    def speeds(self) -> Mapping[str, Array]:
        """What measures movement, signed, (steps,): `NAME` or `NAME[i]`; by its unit."""
        found: dict[str, Array] = {}
        for name, values in self._rates.items():
            if values.ndim == 1:
                found[name] = values
            else:
                flat = values.reshape(len(values), -1)
                found |= {f"{name}[{k}]": flat[:, k] for k in range(flat.shape[1])}
        return found

    @cached_property
    def sizes(self) -> Mapping[str, tuple[Array, ...]]:
        """How large each of them is, whichever way, (steps,) each.

        Of a number |v| and v²; of a vector its norm, its square and the sum of absolute values.
        """
        found: dict[str, tuple[Array, ...]]
        found = {n: (np.abs(v), v**2) for n, v in self.speeds.items()}
        for name, values in self._rates.items():
            if values.ndim > 1:
                flat = np.abs(values.reshape(len(values), -1))
                square = (flat**2).sum(axis=1)
                found[name] = (np.sqrt(square), square, flat.sum(axis=1))
        return found

    @cached_property
    def _finite(self) -> Mapping[str, Array]:
        """The declared signals that are a finite number on every recorded step."""
        recorded = self.bank.episodes[0].signals
        found = {name: self.signal(name) for name in self.facts.units if name in recorded}
        return {name: values for name, values in found.items() if np.isfinite(values).all()}

    @cached_property
    def _rates(self) -> Mapping[str, Array]:
        units = self.facts.units
        return {n: v for n, v in self._finite.items() if units[n].endswith(RATES)}

    @cached_property
    def efforts(self) -> tuple[Array, ...]:
        """Sums of the actions' sizes and of their squares, (steps,); none where discrete."""
        if "action" not in self.bank.episodes[0].signals:
            return ()
        return efforts_of(self.signal("action"), self.facts.action_space)

    @cached_property
    def idle(self) -> Array:
        """In which episodes nothing is done, (episodes,) of bool; none where that is unknown.

        No effort where actions are continuous; where they are not, the one action that a component
        charges nothing for while it charges for the others.
        """
        if self.efforts:
            return np.array([not part.any() for part in self.cut(self.efforts[0])])
        free = self._free_action()
        if free is None:
            return np.zeros(len(self.lengths), dtype=np.bool_)
        taken = self.signal("action").reshape(self.total.size, -1)[:, 0]
        return np.array([bool(np.all(part == free)) for part in self.cut(taken)])

    def _free_action(self) -> float | None:
        """The discrete action that costs nothing where a component charges by the action alone."""
        if "action" not in self.bank.episodes[0].signals or not self.facts.action_space.discrete:
            return None
        actions = self.signal("action").reshape(self.total.size, -1)[:, 0]
        kinds = [actions == kind for kind in np.unique(actions)]
        for values in self.alive.values():
            paid = [values[kind] for kind in kinds]
            means = [float(part.mean()) for part in paid]
            if any(np.ptp(part) > ZERO for part in paid) or max(means) > ZERO:
                continue
            if sum(mean >= -ZERO for mean in means) == 1:
                return float(np.unique(actions)[int(np.argmax(means))])
        return None
