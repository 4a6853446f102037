"""The loss of proximal policy optimisation on the device; formulas are those of `ppo`."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from rewardsmith.training.ppo import HALF_LOG_TAU, SMALLEST_DEVIATION
from rewardsmith.training.settings import PpoSettings


@dataclass(slots=True)
class DeviceTargets:
    """What a minibatch is compared with; as `Targets`, on the device."""

    actions: torch.Tensor
    """(members, outputs, rows)"""
    logarithms: torch.Tensor
    advantages: torch.Tensor
    """Normalised and weighted, (members, rows)."""
    returns: torch.Tensor
    weights: torch.Tensor


def weigh(advantages: torch.Tensor, valid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Advantages normalised and weighted, and the weights; minibatches along the last axis."""
    weights = valid / valid.sum(dim=-1, keepdim=True).clamp(min=1.0)
    centred = advantages - (weights * advantages).sum(dim=-1, keepdim=True)
    variance = (weights * centred.square()).sum(dim=-1, keepdim=True)
    return centred / (variance.sqrt() + SMALLEST_DEVIATION) * weights, weights


def loss_gradients(
    outputs: torch.Tensor,
    values: torch.Tensor,
    log_deviation: torch.Tensor | None,
    targets: DeviceTargets,
    settings: PpoSettings,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """Gradients of the loss by outputs, values and log-deviation; as `ppo.loss_gradients`."""
    by_values = (2.0 * settings.value_coefficient) * targets.weights[:, None]
    by_values = by_values * (values - targets.returns[:, None])
    if log_deviation is None:
        return _categorical(outputs, targets, settings), by_values, None
    inverse = torch.exp(-log_deviation)
    distance = (targets.actions - outputs) * inverse
    squared = distance.square()
    logarithms = gaussian_logarithms(squared, log_deviation)
    by_logarithm = _surrogate(logarithms, targets, settings)[:, None]
    by_deviation = (by_logarithm * (squared - 1.0)).sum(dim=2, keepdim=True)
    return by_logarithm * distance * inverse, by_values, by_deviation - settings.entropy_coefficient


def gaussian_logarithms(squared: torch.Tensor, log_deviation: torch.Tensor) -> torch.Tensor:
    """Log-densities, (members, rows), from squared distances in deviations."""
    return -0.5 * squared.sum(dim=1) - (log_deviation + HALF_LOG_TAU).sum(dim=1)


def _categorical(
    logits: torch.Tensor, targets: DeviceTargets, settings: PpoSettings
) -> torch.Tensor:
    every = logits.log_softmax(dim=1)
    probabilities = every.exp()
    by_logarithm = _surrogate((every * targets.actions).sum(dim=1), targets, settings)[:, None]
    gradient = by_logarithm * (targets.actions - probabilities)
    if settings.entropy_coefficient:
        entropy = -(probabilities * every).sum(dim=1, keepdim=True)
        weights = settings.entropy_coefficient * targets.weights[:, None]
        gradient = gradient + weights * probabilities * (every + entropy)
    return gradient


def _surrogate(
    logarithms: torch.Tensor, targets: DeviceTargets, settings: PpoSettings
) -> torch.Tensor:
    ratio = torch.exp(logarithms - targets.logarithms)
    limited = ratio.clamp(1.0 - settings.clip, 1.0 + settings.clip)
    active = ratio * targets.advantages <= limited * targets.advantages
    return torch.where(active, -ratio * targets.advantages, 0.0)


def advantages_of(
    rewards: torch.Tensor,
    values: torch.Tensor,
    flags: tuple[torch.Tensor, torch.Tensor],
    settings: PpoSettings,
) -> torch.Tensor:
    """As `advantages`, (members, steps, environments); `flags` are terminated and ended."""
    terminated, ended = flags
    follows = settings.discount * (~terminated).to(rewards.dtype)
    carries = settings.discount * settings.trace * (~ended).to(rewards.dtype)
    errors = rewards + follows * values[:, 1:] - values[:, :-1]
    result = torch.empty_like(rewards)
    current = torch.zeros_like(rewards[:, 0])
    for step in reversed(range(rewards.shape[1])):
        current = errors[:, step] + carries[:, step] * current
        result[:, step] = current
    return result
