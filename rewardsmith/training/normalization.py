"""Running statistics: observations' mean and deviation, and the divisor of rewards, by member."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardsmith.signals import Array

REWARD_CLIP = 10.0
SMALLEST_VARIANCE = 1e-8


@dataclass(slots=True)
class RunningMoments:
    """Mean and variance of all rows so far, for each member of a stack."""

    count: Array
    """(members,)"""
    mean: Array
    """(members, size)"""
    squares: Array
    """Sum of squared deviations from the mean, (members, size)."""

    @classmethod
    def empty(cls, members: int, size: int) -> RunningMoments:
        """The moments of nothing."""
        zeros = np.zeros((members, size))
        return cls(np.zeros(members), zeros, zeros.copy())

    def add(self, member: int, rows: Array) -> None:
        """Take in further rows of one member, (rows, size) (Chan et al., 1983)."""
        added = len(rows)
        if not added:
            return
        rows = rows.astype(np.float64)
        mean = rows.mean(axis=0)
        squares = np.square(rows - mean).sum(axis=0)
        self._merge(slice(member, member + 1), added, mean, squares)

    def add_to_all(self, rows: Array) -> None:
        """Take in equally many further rows of every member, (members, rows, size)."""
        added = rows.shape[1]
        rows = rows.astype(np.float64)
        mean = rows.mean(axis=1)
        squares = np.square(rows - mean[:, None]).sum(axis=1)
        self._merge(slice(None), added, mean, squares)

    def _merge(self, members: slice, added: int, mean: Array, squares: Array) -> None:
        before = self.count[members, None]
        total = before + added
        shift = mean - self.mean[members]
        self.mean[members] += shift * (added / total)
        self.squares[members] += squares + np.square(shift) * (before * added / total)
        self.count[members] = total[:, 0]

    def variance(self) -> Array:
        """(members, size); 1 where nothing was taken in yet."""
        seen = self.count[:, None]
        return np.where(seen > 0, self.squares / np.maximum(seen, 1.0), 1.0)

    def keep(self, members: Array) -> RunningMoments:
        """The moments of those members only."""
        return RunningMoments(self.count[members], self.mean[members], self.squares[members])


def observation_scale(moments: RunningMoments) -> tuple[Array, Array]:
    """The float32 mean and reciprocal deviation that observations are normalised with."""
    inverse = 1.0 / np.sqrt(moments.variance() + SMALLEST_VARIANCE)
    return moments.mean.astype(np.float32), inverse.astype(np.float32)


def normalise(obs: Array, mean: Array, inverse: Array, clip: float, out: Array) -> None:
    """Write (obs - mean) * inverse, clipped, into `out`."""
    np.subtract(obs, mean, out=out)
    np.multiply(out, inverse, out=out)
    np.clip(out, -clip, clip, out=out)


@dataclass(slots=True)
class RewardScaler:
    """Divides rewards by the running standard deviation of the discounted return.

    As Gymnasium's NormalizeReward: a step's rewards are divided by the deviation of all returns up
    to that step.
    """

    moments: RunningMoments
    returns: Array
    """Discounted sum of the rewards of the episode so far, (members, environments)."""
    discount: float

    @classmethod
    def empty(cls, members: int, environments: int, discount: float) -> RewardScaler:
        """A scaler that has seen nothing."""
        returns = np.zeros((members, environments))
        return cls(RunningMoments.empty(members, 1), returns, discount)

    def scale(self, rewards: Array, ended: Array, valid: Array) -> Array:
        """The scaled rewards of the next block, float64; all (members, steps, environments)."""
        running = np.empty_like(rewards)
        current = self.returns
        for step in range(rewards.shape[1]):
            current = current * self.discount + rewards[:, step]
            running[:, step] = current
            current = np.where(ended[:, step], 0.0, current)
        self.returns = current
        scaled = rewards / self._take_in(running, valid)[..., None]
        return np.clip(scaled, -REWARD_CLIP, REWARD_CLIP)

    def _take_in(self, running: Array, valid: Array) -> Array:
        """The divisor after each step of a block, (members, steps), of returns where valid."""
        moments = self.moments
        counted = np.maximum(valid.sum(axis=(1, 2)), 1)
        # Sums are taken about a value near the mean, so that little is lost to rounding.
        begun = moments.count > 0
        about = np.where(begun, moments.mean[:, 0], (running * valid).sum(axis=(1, 2)) / counted)
        away = np.where(valid, running - about[:, None, None], 0.0)
        count = moments.count[:, None] + valid.sum(axis=2).cumsum(axis=1)
        first = away.sum(axis=2).cumsum(axis=1)
        second = np.square(away).sum(axis=2).cumsum(axis=1)
        seen = np.maximum(count, 1.0)
        squares = moments.squares + np.maximum(second - np.square(first) / seen, 0.0)
        moments.count = count[:, -1]
        moments.mean = (about + first[:, -1] / seen[:, -1])[:, None]
        moments.squares = squares[:, -1:]
        return np.sqrt(np.where(count > 0, squares / seen, 1.0) + SMALLEST_VARIANCE)

    def divisor(self) -> Array:
        """What rewards are divided by, (members,)."""
        return np.sqrt(self.moments.variance()[:, 0] + SMALLEST_VARIANCE)

    def restart(self) -> None:
        """All episodes are cut: what comes next begins new ones."""
        self.returns = np.zeros_like(self.returns)

    def keep(self, members: Array) -> RewardScaler:
        """The scaler of those members only."""
        return RewardScaler(self.moments.keep(members), self.returns[members], self.discount)
