"""One update of all members of a stack by proximal policy optimisation, gradients by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from rewardsmith.signals import Array
from rewardsmith.training.networks import Parameters, Workspace
from rewardsmith.training.settings import PpoSettings

HALF_LOG_TAU = 0.5 * float(np.log(2.0 * np.pi))
SMALLEST_DEVIATION = 1e-8
BETAS = (0.9, 0.999)
EPSILON = 1e-5


@dataclass(slots=True)
class Batch:
    """What an update learns from; all float32 and laid out by member.

    Discrete actions are one-hot; continuous ones are before clipping, in half-widths of the box.
    """

    inputs: Array
    """Normalised observations, (members, rows, inputs)."""
    actions: Array
    """(members, rows, outputs)"""
    logarithms: Array
    """Log-probabilities of the actions when they were taken, (members, rows)."""
    advantages: Array
    """(members, rows)"""
    returns: Array
    """What the critic should have said, (members, rows)."""
    valid: Array
    """0.0 on rows that only reset, else 1.0, (members, rows)."""


class Adam:
    """Adam for a stack (Kingma & Ba, 2015): elementwise, so members never mix."""

    def __init__(self, parameters: Parameters) -> None:
        self.first = Parameters(parameters.shape, parameters.members)
        self.second = Parameters(parameters.shape, parameters.members)
        self.steps = torch.zeros(())

    def step(self, parameters: Parameters, gradients: Parameters, rate: float) -> None:
        """Move the parameters against the gradients."""
        self.steps += 1
        # One pass over memory where torch.optim makes ten; private, but torch is pinned.
        torch._fused_adam_(  # pyright: ignore[reportPrivateImportUsage, reportPrivateUsage]  see above
            [parameters.flat],
            [gradients.flat],
            [self.first.flat],
            [self.second.flat],
            [],
            [self.steps],
            lr=rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )

    def keep(self, members: Array) -> Adam:
        """The optimiser of those members only."""
        kept = Adam(self.first)
        kept.first, kept.second = self.first.keep(members), self.second.keep(members)
        kept.steps = self.steps.clone()
        return kept


class Updater:
    """The buffers of updates for one size of stack."""

    def __init__(self, parameters: Parameters, settings: PpoSettings) -> None:
        self._settings = settings
        self._gradients = Parameters(parameters.shape, parameters.members)
        self._squares = Parameters(parameters.shape, parameters.members)
        self._workspace = Workspace(parameters.shape, parameters.members, settings.minibatch)

    def update(
        self,
        parameters: Parameters,
        adam: Adam,
        batch: Batch,
        rngs: list[np.random.Generator],
        rate: float,
    ) -> None:
        """Learn from a batch for some epochs, every member in an order of its own."""
        members, rows, _ = batch.inputs.shape
        records = _records(batch)
        shuffled = torch.empty_like(records)
        offsets = np.arange(members)[:, None] * rows
        for _ in range(self._settings.epochs):
            order = np.stack([rng.permutation(rows) for rng in rngs]) + offsets
            torch.index_select(records, 0, torch.from_numpy(order.ravel()), out=shuffled)
            epoch = _Epoch(shuffled.view(members, rows, -1), parameters, self._settings)
            for start in range(0, rows, self._settings.minibatch):
                self._step(parameters, adam, epoch, start, rate)

    def _step(
        self, parameters: Parameters, adam: Adam, epoch: _Epoch, start: int, rate: float
    ) -> None:
        inputs = epoch.inputs(start)
        self._workspace.forward(parameters, inputs)
        by_outputs, by_values, by_deviation = loss_gradients(
            self._workspace.outputs.numpy(),
            self._workspace.values.numpy(),
            parameters.arrays.get("log_deviation"),
            epoch.targets(start),
            self._settings,
        )
        self._workspace.backward(
            parameters,
            self._gradients,
            inputs,
            torch.from_numpy(by_outputs),
            torch.from_numpy(by_values),
        )
        if by_deviation is not None:
            self._gradients.arrays["log_deviation"][:] = by_deviation
        self._shorten()
        adam.step(parameters, self._gradients, rate)

    def _shorten(self) -> None:
        """Shorten each member's gradient to the largest length."""
        torch.mul(self._gradients.flat, self._gradients.flat, out=self._squares.flat)
        members = self._gradients.members
        total = np.zeros(members, np.float32)
        for array in self._squares.arrays.values():
            total += array.reshape(members, -1).sum(axis=1)
        factors = self._settings.gradient_norm / (np.sqrt(total) + np.float32(1e-6))
        if np.all(factors >= 1.0):
            return
        factors = np.minimum(factors, np.float32(1.0)).astype(np.float32)
        for array in self._gradients.arrays.values():
            by_member = factors.reshape((members,) + (1,) * (array.ndim - 1))
            np.multiply(array, by_member, out=array)


def _records(batch: Batch) -> torch.Tensor:
    """One row for each transition of each member, so that shuffling copies memory in order."""
    scalars = (batch.logarithms, batch.advantages, batch.returns, batch.valid)
    columns = [batch.inputs, batch.actions, *(scalar[..., None] for scalar in scalars)]
    joined = np.concatenate(columns, axis=-1, dtype=np.float32)
    return torch.from_numpy(joined.reshape(-1, joined.shape[-1]))


@dataclass(slots=True)
class Targets:
    """What a minibatch is compared with; weights add up to 1 for each member."""

    actions: Array
    """(members, outputs, rows)"""
    logarithms: Array
    advantages: Array
    """Normalised and weighted, (members, rows)."""
    returns: Array
    weights: Array


class _Epoch:
    """One shuffled pass over a batch, cut into minibatches."""

    def __init__(
        self, shuffled: torch.Tensor, parameters: Parameters, settings: PpoSettings
    ) -> None:
        self._width = parameters.shape.inputs
        self._outputs = parameters.shape.outputs
        self._rows = settings.minibatch
        self._shuffled = shuffled
        side = shuffled[..., self._width :].transpose(1, 2).contiguous().numpy()
        self._side = side
        members = len(side)
        cut = (members, -1, self._rows)
        valid = side[:, -1].reshape(cut)
        plain = side[:, -3].reshape(cut)
        weights = valid / np.maximum(valid.sum(axis=2, keepdims=True), 1.0)
        mean = (weights * plain).sum(axis=2, keepdims=True)
        centred = plain - mean
        variance = (weights * np.square(centred)).sum(axis=2, keepdims=True)
        normalised = centred / (np.sqrt(variance) + SMALLEST_DEVIATION)
        self._advantages = (normalised * weights).reshape(members, -1)
        self._weights = weights.reshape(members, -1)

    def inputs(self, start: int) -> torch.Tensor:
        """(members, inputs, rows) of the minibatch that begins at `start`."""
        return self._shuffled[:, start : start + self._rows, : self._width].mT

    def targets(self, start: int) -> Targets:
        """What the minibatch that begins at `start` is compared with."""
        part = slice(start, start + self._rows)
        return Targets(
            actions=self._side[:, : self._outputs, part],
            logarithms=self._side[:, -4, part],
            advantages=self._advantages[:, part],
            returns=self._side[:, -2, part],
            weights=self._weights[:, part],
        )


def loss_gradients(
    outputs: Array,
    values: Array,
    log_deviation: Array | None,
    targets: Targets,
    settings: PpoSettings,
) -> tuple[Array, Array, Array | None]:
    """Gradients of the loss by outputs, values and log-deviation.

    The loss of a member, summed over rows of weight w, is
    -min(ratio A, clip(ratio) A) + value_coefficient (V - R)**2 - entropy_coefficient H.
    """
    by_values = (2.0 * settings.value_coefficient) * targets.weights[:, None]
    by_values = by_values * (values - targets.returns[:, None])
    if log_deviation is None:
        return _categorical(outputs, targets, settings), by_values, None
    inverse = np.exp(-log_deviation)
    distance = (targets.actions - outputs) * inverse
    squared = np.square(distance)
    logarithms = gaussian_logarithms(squared, log_deviation)
    by_logarithm = _surrogate(logarithms, targets, settings)[:, None]
    by_outputs = by_logarithm * distance * inverse
    by_deviation = (by_logarithm * (squared - 1.0)).sum(axis=2, keepdims=True)
    return by_outputs, by_values, by_deviation - np.float32(settings.entropy_coefficient)


def gaussian_logarithms(squared: Array, log_deviation: Array) -> Array:
    """Log-densities, (members, rows), from squared distances in deviations."""
    constant = (log_deviation + HALF_LOG_TAU).sum(axis=1)
    return -0.5 * squared.sum(axis=1) - constant.astype(squared.dtype)


def categorical_logarithms(logits: Array) -> Array:
    """Log-probabilities of all actions, (members, actions, rows)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _categorical(logits: Array, targets: Targets, settings: PpoSettings) -> Array:
    every = categorical_logarithms(logits)
    probabilities = np.exp(every)
    logarithms = (every * targets.actions).sum(axis=1)
    by_logarithm = _surrogate(logarithms, targets, settings)[:, None]
    gradient = by_logarithm * (targets.actions - probabilities)
    if settings.entropy_coefficient:
        entropy = -(probabilities * every).sum(axis=1, keepdims=True)
        weights = np.float32(settings.entropy_coefficient) * targets.weights[:, None]
        gradient += weights * probabilities * (every + entropy)
    return gradient


def _surrogate(logarithms: Array, targets: Targets, settings: PpoSettings) -> Array:
    """Gradient of the clipped objective by the actions' log-probabilities, (members, rows)."""
    ratio = np.exp(logarithms - targets.logarithms)
    limited = np.clip(ratio, 1.0 - settings.clip, 1.0 + settings.clip)
    active = ratio * targets.advantages <= limited * targets.advantages
    return np.where(active, -ratio * targets.advantages, np.float32(0.0))
