"""Generalised advantage estimates under next-step reset."""

from __future__ import annotations

import numpy as np

from rewardsmith.signals import Array


def advantages(
    rewards: Array,
    values: Array,
    terminated: Array,
    ended: Array,
    *,
    discount: float,
    trace: float,
) -> Array:
    """Advantages of a block, (..., steps, environments) (Schulman et al., 2016, equation 16).

    `values` has one more step: the last is that of the observation after the block.  The value
    after a step is that of the next row also where the episode ended, because the row that only
    resets still shows the episode's last observation; nothing flows back over an end, and what
    stands on the row that only resets is meaningless.
    """
    result = np.empty_like(rewards)
    follows = (discount * ~terminated).astype(rewards.dtype)
    carries = (discount * trace * ~ended).astype(rewards.dtype)
    current = np.zeros_like(rewards[..., 0, :])
    for step in reversed(range(rewards.shape[-2])):
        after = follows[..., step, :] * values[..., step + 1, :]
        error = rewards[..., step, :] + after - values[..., step, :]
        current = error + carries[..., step, :] * current
        result[..., step, :] = current
    return result
