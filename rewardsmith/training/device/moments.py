"""Running statistics of a stack's observations on a device."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from rewardsmith.training.normalization import SMALLEST_VARIANCE, RunningMoments


@dataclass(slots=True)
class DeviceMoments:
    """Mean and variance of all rows so far, for each member, in double precision."""

    count: torch.Tensor
    """(members,)"""
    mean: torch.Tensor
    """(members, size)"""
    squares: torch.Tensor
    """Sum of squared deviations from the mean, (members, size)."""

    @classmethod
    def of(cls, moments: RunningMoments, device: torch.device) -> DeviceMoments:
        """A copy of the host's."""
        parts = (moments.count, moments.mean, moments.squares)
        return cls(*(torch.from_numpy(part.copy()).to(device) for part in parts))

    def store(self, moments: RunningMoments) -> None:
        """Write them back."""
        moments.count[:] = self.count.cpu().numpy()
        moments.mean[:] = self.mean.cpu().numpy()
        moments.squares[:] = self.squares.cpu().numpy()

    def add(self, obs: torch.Tensor, valid: torch.Tensor) -> None:
        """Take in observations (Chan et al., 1983).

        (members, rows, size), and which rows count, (members, rows).
        """
        rows, mask = obs.double(), valid.double()[..., None]
        added = mask.sum(dim=1)
        mean = (rows * mask).sum(dim=1) / added.clamp(min=1.0)
        squares = ((rows - mean[:, None]).square() * mask).sum(dim=1)
        before = self.count[:, None]
        total = before + added
        shift = torch.where(added > 0, mean - self.mean, 0.0)
        self.count = total[:, 0]
        self.mean = self.mean + shift * (added / total.clamp(min=1.0))
        self.squares = (
            self.squares + squares + shift.square() * (before * added / total.clamp(min=1.0))
        )

    def normalise(self, obs: torch.Tensor, clip: float) -> torch.Tensor:
        """Observations (members, environments, size) as the networks take them, float32."""
        count = self.count[:, None]
        variance = torch.where(count > 0, self.squares / count.clamp(min=1.0), 1.0)
        inverse = (1.0 / (variance + SMALLEST_VARIANCE).sqrt()).float()
        centred = (obs - self.mean.float()[:, None]) * inverse[:, None]
        return centred.clamp(-clip, clip)
