"""What the members of a stack have learned, on the device: they act, are asked, and learn there.

Random numbers are those that the host draws for the same members, so that a training differs from
the host's by rounding alone; they are drawn while the device is busy.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from rewardsmith.signals import Array
from rewardsmith.training.device.losses import (
    DeviceTargets,
    advantages_of,
    gaussian_logarithms,
    loss_gradients,
    weigh,
)
from rewardsmith.training.device.moments import DeviceMoments
from rewardsmith.training.networks import Parameters, Workspace
from rewardsmith.training.ppo import Adam
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.stack import Stack


class Learner:
    """Networks, optimiser and observation statistics of a stack on one device."""

    def __init__(self, stack: Stack, settings: PpoSettings, device: torch.device) -> None:
        self.shape, self.members = stack.parameters.shape, len(stack.members)
        self._settings, self._device = settings, device
        self._parameters = self._room()
        self._adam = Adam(self._parameters)
        self._adam.first, self._adam.second = self._room(), self._room()
        self._adam.steps = stack.adam.steps.to(device)
        self._gradients = self._room()
        self._workspace = Workspace(self.shape, self.members, settings.minibatch, device)
        for ours, theirs in self._pairs(stack):
            ours.flat.copy_(theirs.flat)
        self._moments = DeviceMoments.of(stack.observations, device)
        self._first = not stack.observations.count.any()

    def _room(self) -> Parameters:
        return Parameters(self.shape, self.members, self._device)

    def _pairs(self, stack: Stack) -> tuple[tuple[Parameters, Parameters], ...]:
        return (
            (self._parameters, stack.parameters),
            (self._adam.first, stack.adam.first),
            (self._adam.second, stack.adam.second),
        )

    def store(self, stack: Stack) -> None:
        """Write it all back into the stack on the host."""
        for ours, theirs in self._pairs(stack):
            theirs.flat.copy_(ours.flat)
        stack.adam.steps.copy_(self._adam.steps)
        self._moments.store(stack.observations)

    def finite(self) -> torch.Tensor:
        """Whether all numbers of a member are finite, (members,)."""
        parts = (
            torch.isfinite(self._parameters.tensor(name)).flatten(1).all(dim=1)
            for name in self.shape.blocks()
        )
        return torch.stack(list(parts)).all(dim=0)

    # ------------------------------------------------------------ acting

    def seen(self) -> DeviceMoments:
        """What observations of a block are normalised by, to be given to `normalised`."""
        return replace(self._moments)

    def normalised(self, obs: torch.Tensor, seen: DeviceMoments) -> torch.Tensor:
        """Observations (members, environments, inputs) as the networks take them.

        By the blocks before; in the first by those seen so far.
        """
        if self._first:
            seen.add(obs, torch.ones_like(obs[..., 0]))
        return seen.normalise(obs, self._settings.observation_clip)

    def outputs(self, inputs: torch.Tensor, *, actor: bool) -> torch.Tensor:
        """One network's outputs, (members, rows, outputs), of inputs (members, rows, inputs)."""
        part, head = (0, "actor") if actor else (1, "critic")
        below = inputs.mT
        for layer in range(len(self.shape.hidden)):
            weight = self._parameters.tensor(f"weight{layer}")[:, part]
            bias = self._parameters.tensor(f"bias{layer}")[:, part]
            below = torch.tanh(torch.baddbmm(bias, weight, below))
        weight = self._parameters.tensor(f"{head}_weight")
        return torch.baddbmm(self._parameters.tensor(f"{head}_bias"), weight, below).mT

    def choose(self, outputs: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """Actions in half-widths, or one-hot, of the outputs' shape."""
        if self.shape.gaussian:
            deviation = self._parameters.tensor("log_deviation").exp().mT
            return outputs + deviation * noise
        best = (outputs + noise).argmax(dim=-1)
        return torch.nn.functional.one_hot(best, outputs.shape[-1]).float()

    def logarithms(self, outputs: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        """Log-probabilities of the actions taken, (members, rows), of (members, rows, outputs)."""
        if not self.shape.gaussian:
            return (outputs.log_softmax(dim=-1) * chosen).sum(dim=-1)
        log_deviation = self._parameters.tensor("log_deviation")
        squared = ((chosen - outputs).mT * torch.exp(-log_deviation)).square()
        return gaussian_logarithms(squared, log_deviation)

    # ------------------------------------------------------------ learning

    def advantages(
        self, rewards: torch.Tensor, values: torch.Tensor, flags: tuple[torch.Tensor, torch.Tensor]
    ) -> torch.Tensor:
        """Generalised advantage estimates of a block, (members, steps, environments)."""
        return advantages_of(rewards, values, flags, self._settings)

    def update(self, batch: torch.Tensor, orders: list[Array], rate: float) -> None:
        """Learn from a batch, `orders` has the rows' of each epoch, (members, rows).

        Columns of the batch, (members, rows, ...): inputs, actions, then log-probability,
        advantage, return, valid.
        """
        for order in orders:
            places = torch.from_numpy(order).to(self._device)
            shuffled = batch.gather(1, places[..., None].expand(-1, -1, batch.shape[-1]))
            for part in shuffled.split(self._settings.minibatch, dim=1):
                self._step(part, rate)

    def _step(self, part: torch.Tensor, rate: float) -> None:
        width, outputs = self.shape.inputs, self.shape.outputs
        inputs = part[..., :width].mT
        side = part[..., width:].mT.contiguous()
        advantages, weights = weigh(side[:, -3], side[:, -1])
        targets = DeviceTargets(side[:, :outputs], side[:, -4], advantages, side[:, -2], weights)
        self._workspace.forward(self._parameters, inputs)
        deviation = self._parameters.tensor("log_deviation") if self.shape.gaussian else None
        by_outputs, by_values, by_deviation = loss_gradients(
            self._workspace.outputs, self._workspace.values, deviation, targets, self._settings
        )
        self._workspace.backward(
            self._parameters, self._gradients, inputs, by_outputs.contiguous(), by_values
        )
        if by_deviation is not None:
            self._gradients.tensor("log_deviation").copy_(by_deviation)
        self._shorten()
        self._adam.step(self._parameters, self._gradients, rate)

    def _shorten(self) -> None:
        """Shorten each member's gradient to the largest length."""
        total = torch.zeros(self.members, device=self._device)
        for name in self.shape.blocks():
            total += self._gradients.tensor(name).flatten(1).square().sum(dim=1)
        factors = (self._settings.gradient_norm / (total.sqrt() + 1e-6)).clamp(max=1.0)
        for name in self.shape.blocks():
            tensor = self._gradients.tensor(name)
            tensor.mul_(factors.view(-1, *(1,) * (tensor.ndim - 1)))

    def observe(self, obs: torch.Tensor, valid: torch.Tensor) -> None:
        """Take a block's observations into the statistics.

        Observations (members, rows, inputs), and which rows count, (members, rows).
        """
        self._moments.add(obs, valid)
        self._first = False


def draw_orders(rngs: list[np.random.Generator], rows: int, epochs: int) -> list[Array]:
    """The order of the rows in each epoch, (members, rows): those that the host would take."""
    return [np.stack([rng.permutation(rows) for rng in rngs]) for _ in range(epochs)]
