"""Rewards in the step: of a reward process, of a trusted function here, or the task's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rewardsmith.api import BASELINES
from rewardsmith.environments import Environment
from rewardsmith.errors import RewardFailed, UsageError, unknown_name
from rewardsmith.records import TrainReward
from rewardsmith.reward import Reward, load_reward
from rewardsmith.signals import PREVIOUS, Array, SignalView, Transitions
from rewardsmith.stepper import CLIP
from rewardsmith.training.scoring import Scored, Scorer, check_total

if TYPE_CHECKING:
    from rewardsmith.sandbox import RewardServer


class StepRewards:
    """What `rows` environments are paid for one step; close it, for it may hold a process.

    `reward` is a loaded reward, a file, code, or one of the task's own (`human`, `fitness`,
    `sparse`).  Code runs in a reward process unless it is `trusted`; `scale` divides as in
    training.
    """

    def __init__(
        self,
        environment: Environment,
        reward: Reward | str | Path,
        rows: int,
        *,
        scale: bool = False,
        trusted: bool = False,
    ) -> None:
        self._server: RewardServer | None = None
        self._scorer: Scorer | None = None
        self._function: Reward | None = None
        self._divisor: float | None = None
        self._reader = environment.reader()
        self._remembers = True
        if str(reward) in BASELINES:
            if scale:
                raise UsageError(f"scale=True needs a reward module; {reward} is the task's own")
            own = TrainReward(id="reward", kind=str(reward))
            self._scorer = Scorer([own], environment, None, rows)
            return
        loaded = reward if isinstance(reward, Reward) else load_reward(reward, trusted=trusted)
        self._check(loaded, scale=scale)
        if trusted:
            self._function = loaded
            return
        from rewardsmith.sandbox import RewardServer

        self._server = RewardServer.start()
        source = TrainReward(id="reward", source=loaded.source)
        self._scorer = Scorer([source], environment, self._server, rows)

    def _check(self, reward: Reward, *, scale: bool) -> None:
        known = self._reader.names()
        for name in reward.parameters:
            if name not in known:
                raise UsageError(unknown_name("signal", name, known))
        if scale and reward.scale is None:
            raise UsageError("scale=True needs a reward module that says its REWARD_SCALE")
        self._divisor = reward.scale if scale else None
        self._remembers = any(name.startswith(PREVIOUS) for name in reward.parameters)

    def __call__(self, transitions: Transitions) -> tuple[Array, Mapping[str, Array]]:
        """Totals and components of one step, arrays (1, rows, ...) in and (rows,) out.

        Raises RewardFailed where the reward fails, or is not finite too often.
        """
        view = self._reader.view(transitions)
        with np.errstate(all="ignore"):
            scored = self._score(view)
        if isinstance(scored, str):
            raise RewardFailed("reward", scored)
        if self._remembers:
            self._reader.advance(view)
        total = scored.total[0]
        if self._divisor is not None:
            total = np.clip(total / self._divisor, -CLIP, CLIP)
        return total, {name: values[0] for name, values in scored.components.items()}

    def _score(self, view: SignalView) -> Scored | str:
        valid = np.ones(view.transitions.episode_step.shape, dtype=np.bool_)
        if self._scorer is not None:
            return self._scorer.score([("reward", slice(None))], view, valid)[0]
        assert self._function is not None  # noqa: S101  there is one or the other
        signals = {name: view.get(name)[0] for name in self._function.parameters}
        total, components = self._function(**signals)
        total = np.array(total)[None]
        by_name = {name: values[None] for name, values in components.items()}
        return check_total(total, valid) or Scored(total, by_name)

    def close(self) -> None:
        """End the reward process."""
        if self._scorer is not None:
            self._scorer.close()
        if self._server is not None:
            self._server.close()
