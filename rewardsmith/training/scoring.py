"""Scores blocks of transitions under every member's own reward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rewardsmith.environments import Environment
from rewardsmith.errors import RewardFailed, RewardsmithError, TrainerFailed, unknown_name
from rewardsmith.records import TrainReward
from rewardsmith.signals import Array, SignalView
from rewardsmith.training.own_rewards import own_reward

if TYPE_CHECKING:
    from rewardsmith.sandbox import RewardProcess, RewardServer

LARGEST_TOTAL = 1e12
"""Totals beyond this size count as not finite."""
TOLERATED = 0.001
"""Part of a block's transitions whose total may be not finite; they count as 0."""
_PERHAPS_OF_OTHERS = frozenset({"killed", "timeout"})
"""Ends of a reward process that need not be the candidate's fault."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A member's reward on a block."""

    total: Array
    """float64 (steps, environments), 0 on rows that are not valid."""
    components: Mapping[str, Array] = field(default_factory=dict[str, Array])
    """float64 (steps, environments) each."""


def check_total(total: Array, valid: Array) -> str | None:
    """Put 0 where the total is meaningless; the failure text where that is too often."""
    total[~valid] = 0.0
    bad = ~(np.abs(total) <= LARGEST_TOTAL)
    count, rows = int(bad.sum()), int(valid.sum())
    if count > max(1, int(TOLERATED * rows)):
        first = float(total[bad][0])
        return (
            f"the total is not finite (or beyond {LARGEST_TOTAL:g}) on {count} of {rows} "
            f"transitions of a block, the first is {first:g}"
        )
    total[bad] = 0.0
    return None


class Scorer:
    """The rewards of a shard: reward processes for sources, the task's own in this process."""

    def __init__(
        self,
        rewards: Iterable[TrainReward],
        environment: Environment,
        server: RewardServer | None,
        capacity: int,
    ) -> None:
        self._rewards = {reward.id: reward for reward in rewards}
        self._environment = environment
        self._known = environment.reader().names()
        self._server = server
        self._capacity = capacity
        self._processes: dict[str, RewardProcess] = {}
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._faults: dict[str, str] = {}
        self._repeated: set[str] = set()
        for reward in self._rewards.values():
            self._prepare(reward)

    def _prepare(self, reward: TrainReward) -> None:
        if reward.kind != "source":
            self._environment.task.baseline(reward.kind)
            return
        if self._server is None:
            raise TrainerFailed(f"reward {reward.id!r} is code and there is no reward server")
        from rewardsmith.language import parse_reward

        try:
            self._parameters[reward.id] = parse_reward(reward.source).parameters
        except RewardsmithError as error:
            self._faults[reward.id] = str(error)
            return
        unknown = [name for name in self._parameters[reward.id] if name not in self._known]
        if unknown:
            faults = (unknown_name("signal", name, self._known) for name in unknown)
            self._faults[reward.id] = "; ".join(faults)

    def names(self, rewards: Iterable[str]) -> tuple[str, ...]:
        """The signals that the rewards take, each once."""
        wanted = (name for reward in rewards for name in self._parameters.get(reward, ()))
        return tuple(dict.fromkeys(wanted))

    def score(
        self, members: Sequence[tuple[str, slice]], view: SignalView, valid: Array
    ) -> list[Scored | str]:
        """Each member's reward on its columns of the block, or why it has none.

        A member is the id of its reward and its columns; all have the same number of columns.
        A member is always scored by a call of its own, so that it never depends on others.
        """
        results: dict[int, Scored | str] = {}
        pending = list(enumerate(members))
        while pending:
            submitted: dict[str, int] = {}
            rest: list[tuple[int, tuple[str, slice]]] = []
            for number, (reward, columns) in pending:
                if self._rewards[reward].kind != "source":
                    results[number] = self._baseline(reward, columns, view, valid)
                elif reward in submitted:
                    rest.append((number, (reward, columns)))
                elif fault := self._submit(reward, columns, view):
                    results[number] = fault
                else:
                    submitted[reward] = number
            for reward, number in submitted.items():
                results[number] = self._collect(reward, members[number][1], view, valid)
            pending = rest
        return [results[number] for number in range(len(members))]

    def _baseline(
        self, reward: str, columns: slice, view: SignalView, valid: Array
    ) -> Scored | str:
        """The task's own reward; that it is not finite is no failure of the member's."""
        steps = own_reward(self._environment, self._rewards[reward].kind, view, valid)
        total = np.array(steps[:, columns])
        return check_total(total, valid[:, columns]) or Scored(total)

    def _submit(self, reward: str, columns: slice, view: SignalView) -> str | None:
        if reward in self._faults:
            return self._faults[reward]
        signals = {name: view.get(name)[:, columns] for name in self._parameters[reward]}
        steps = view.transitions.episode_step[:, columns]
        try:
            process = self._process(reward, signals)
            for name, signal in signals.items():
                target = process.inputs[name][: steps.size]
                np.copyto(target.reshape(signal.shape), signal)
            process.submit(steps.size)
        except RewardFailed as error:
            fault = self._failed(reward, error)
            return self._submit(reward, columns, view) if self._repeats(reward, error) else fault
        return None

    def _collect(self, reward: str, columns: slice, view: SignalView, valid: Array) -> Scored | str:
        try:
            output = self._processes[reward].collect()
        except RewardFailed as error:
            fault = self._failed(reward, error)
            if self._repeats(reward, error):
                fault = self._submit(reward, columns, view)
            return fault or self._collect(reward, columns, view, valid)
        valid = valid[:, columns]
        total = output.total.reshape(valid.shape)
        components = {name: c.reshape(valid.shape) for name, c in output.components.items()}
        return check_total(total, valid) or Scored(total, components)

    def _repeats(self, reward: str, error: RewardFailed) -> bool:
        """Whether the call is made once more, in a fresh process.

        Someone else may have ended the last one, or kept the machine from it; a reward has no
        memory, so the answer is the same.
        """
        repeats = error.kind in _PERHAPS_OF_OTHERS and reward not in self._repeated
        self._repeated.add(reward)
        return repeats

    def _process(self, reward: str, signals: Mapping[str, Array]) -> RewardProcess:
        if reward not in self._processes:
            from rewardsmith.sandbox import ArraySpec

            assert self._server is not None  # noqa: S101  `_prepare` has seen to it
            inputs = [ArraySpec(n, s.shape[2:], s.dtype.name) for n, s in signals.items()]
            source = self._rewards[reward].source
            self._processes[reward] = self._server.open(source, inputs, self._capacity)
        return self._processes[reward]

    def _failed(self, reward: str, error: RewardFailed) -> str:
        process = self._processes.pop(reward, None)
        if process is not None:
            process.close()
        return str(error)

    def close(self) -> None:
        """End all reward processes."""
        for process in self._processes.values():
            process.close()
        self._processes.clear()
