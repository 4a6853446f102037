"""Stacked actors and critics: separate tanh networks of all members in one set of arrays.

Arrays are feature-major, (members, features, rows).  A hidden layer holds actor and critic of a
member side by side, so that a layer of the whole stack is one batched product.  Gradients are
written by hand: products in torch, elementwise work in NumPy, whose tanh is ten times as fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from rewardsmith.signals import Array
from rewardsmith.training.settings import LANES

HIDDEN_GAIN = 2.0**0.5
HOST = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """Sizes that all members of a stack share."""

    inputs: int
    outputs: int
    """Action dimensions, or numbers of actions where discrete."""
    hidden: tuple[int, ...]
    gaussian: bool
    """Whether outputs are means of a normal distribution (else logits of a categorical one)."""
    log_deviation: float = 0.0
    actor_gain: float = 0.01
    critic_gain: float = 1.0

    def blocks(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter of one member; actor and critic are axis 0 of hidden."""
        shapes: dict[str, tuple[int, ...]] = {}
        before = self.inputs
        for layer, width in enumerate(self.hidden):
            shapes[f"weight{layer}"] = (2, width, before)
            shapes[f"bias{layer}"] = (2, width, 1)
            before = width
        shapes |= {"actor_weight": (self.outputs, before), "actor_bias": (self.outputs, 1)}
        shapes |= {"critic_weight": (1, before), "critic_bias": (1, 1)}
        if self.gaussian:
            shapes["log_deviation"] = (self.outputs, 1)
        return shapes


class Parameters:
    """One number for each parameter of each member: a flat tensor and named views into it."""

    def __init__(self, shape: NetworkShape, members: int, device: torch.device = HOST) -> None:
        self.shape = shape
        self.members = members
        offsets: dict[str, int] = {}
        total = 0
        for name, block in shape.blocks().items():
            offsets[name] = total
            size = members * int(np.prod(block))
            total += -(-size // LANES) * LANES
        self.flat = torch.zeros(total, device=device)
        self._tensors: dict[str, torch.Tensor] = {}
        for name, block in shape.blocks().items():
            size = members * int(np.prod(block))
            part = self.flat[offsets[name] : offsets[name] + size]
            self._tensors[name] = part.view(members, *block)
        self.arrays: dict[str, Array] = {}
        """By name, (members, *block); on the host only."""
        if self.flat.device.type == "cpu":
            self.arrays = {name: tensor.numpy() for name, tensor in self._tensors.items()}

    def first(self) -> torch.Tensor:
        """Weights of the first layer, actor above critic, (members, 2 x width, inputs)."""
        return self._tensors["weight0"].flatten(1, 2)

    def hidden(self, layer: int) -> torch.Tensor:
        """Weights of a later hidden layer, (2 x members, width, width before)."""
        return self._tensors[f"weight{layer}"].flatten(0, 1)

    def bias(self, layer: int) -> torch.Tensor:
        """Biases of a hidden layer as `first` and `hidden` are laid out."""
        axes = (1, 2) if layer == 0 else (0, 1)
        return self._tensors[f"bias{layer}"].flatten(*axes)

    def tensor(self, name: str) -> torch.Tensor:
        """The named parameter of all members, (members, *block)."""
        return self._tensors[name]

    def finite(self) -> Array:
        """Whether all numbers of a member are finite, (members,)."""
        parts = (array.reshape(self.members, -1) for array in self.arrays.values())
        return np.logical_and.reduce([np.isfinite(part).all(axis=1) for part in parts])

    def keep(self, members: Array) -> Parameters:
        """The parameters of those members only."""
        kept = Parameters(self.shape, len(members))
        for name, array in self.arrays.items():
            kept.arrays[name][:] = array[members]
        return kept


def initialise(parameters: Parameters, member: int, rng: np.random.Generator) -> None:
    """Orthogonal weights (Saxe et al., 2014) and zero biases for one member."""
    shape = parameters.shape
    last = {"actor_weight": shape.actor_gain, "critic_weight": shape.critic_gain}
    for name, block in shape.blocks().items():
        target = parameters.arrays[name][member]
        if "weight" in name:
            rows, columns = block[-2:]
            gain = last.get(name, HIDDEN_GAIN)
            for part in target.reshape(-1, rows, columns):
                part[:] = gain * orthogonal(rows, columns, rng)
        elif name == "log_deviation":
            target[:] = parameters.shape.log_deviation
        else:
            target[:] = 0.0


def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """A random matrix with orthonormal rows or columns, whichever are fewer."""
    normal = rng.standard_normal((max(rows, columns), min(rows, columns)))
    basis, triangle = np.linalg.qr(normal)
    basis *= np.sign(np.diag(triangle))
    return basis if rows >= columns else basis.T


class Workspace:
    """Activations of a stack for one number of rows, and what is computed from them."""

    def __init__(
        self, shape: NetworkShape, members: int, rows: int, device: torch.device = HOST
    ) -> None:
        def room(*sizes: int) -> torch.Tensor:
            return torch.empty(*sizes, device=device)

        self.hidden = [room(members, 2, width, rows) for width in shape.hidden]
        self.slopes = [room(members, 2, width, rows) for width in shape.hidden]
        self.outputs = room(members, shape.outputs, rows)
        self.values = room(members, 1, rows)

    def forward(self, parameters: Parameters, inputs: torch.Tensor) -> None:
        """Fill `outputs` and `values` from inputs, (members, inputs, rows) of any strides."""
        below = inputs
        for layer, activation in enumerate(self.hidden):
            weights = parameters.hidden(layer) if layer else parameters.first()
            target = activation.flatten(0, 1) if layer else activation.flatten(1, 2)
            torch.baddbmm(parameters.bias(layer), weights, below, out=target)
            _tanh(activation)
            below = activation.flatten(0, 1)
        top = self.hidden[-1]
        for head, part, out in (("actor", 0, self.outputs), ("critic", 1, self.values)):
            weight, bias = parameters.tensor(f"{head}_weight"), parameters.tensor(f"{head}_bias")
            torch.baddbmm(bias, weight, top[:, part], out=out)

    def backward(
        self,
        parameters: Parameters,
        gradients: Parameters,
        inputs: torch.Tensor,
        by_outputs: torch.Tensor,
        by_values: torch.Tensor,
    ) -> None:
        """Write the loss's gradients, given those by outputs and values of the last `forward`."""
        top, slope = self.hidden[-1], self.slopes[-1]
        for head, part, by in (("actor", 0, by_outputs), ("critic", 1, by_values)):
            torch.bmm(by, top[:, part].mT, out=gradients.tensor(f"{head}_weight"))
            torch.sum(by, 2, keepdim=True, out=gradients.tensor(f"{head}_bias"))
            product = torch.bmm(parameters.tensor(f"{head}_weight").mT, by)
            _through_tanh(product, top[:, part], slope[:, part])
        for layer in reversed(range(1, len(self.hidden))):
            slope, below = self.slopes[layer].flatten(0, 1), self.hidden[layer - 1].flatten(0, 1)
            torch.bmm(slope, below.mT, out=gradients.hidden(layer))
            torch.sum(slope, 2, keepdim=True, out=gradients.bias(layer))
            target = self.slopes[layer - 1].flatten(0, 1)
            torch.bmm(parameters.hidden(layer).mT, slope, out=target)
            _through_tanh(target, below, target)
        slope = self.slopes[0].flatten(1, 2)
        _first_gradient(slope, inputs, gradients.first())
        torch.sum(slope, 2, keepdim=True, out=gradients.bias(0))


def _tanh(values: torch.Tensor) -> None:
    """The hyperbolic tangent in place; on the host NumPy's, which is ten times as fast."""
    if values.device.type == "cpu":
        array = values.numpy()
        np.tanh(array, out=array)
    else:
        torch.tanh_(values)


def _first_gradient(slope: torch.Tensor, inputs: torch.Tensor, out: torch.Tensor) -> None:
    """Write the product of slopes and inputs into `out`.

    A product with a single column is a different routine alone than in a stack.
    """
    if inputs.shape[1] == 1:
        torch.sum(slope * inputs, 2, keepdim=True, out=out)
    else:
        torch.bmm(slope, inputs.mT, out=out)


def _through_tanh(gradient: torch.Tensor, activation: torch.Tensor, out: torch.Tensor) -> None:
    """Write gradient * (1 - activation**2) into `out`."""
    torch.ops.aten.tanh_backward.grad_input(gradient, activation, grad_input=out)


class Column:
    """One of the two networks alone: the actor while acting, the critic when values are wanted.

    Rows are filled up to whole vector registers: the products of a member would otherwise
    depend on where in memory, so in which stack, it lies.
    """

    def __init__(self, shape: NetworkShape, members: int, rows: int, *, actor: bool) -> None:
        self._part = 0 if actor else 1
        self._head = "actor" if actor else "critic"
        self._rows = rows
        padded = -(-rows // LANES) * LANES
        self._inputs = torch.zeros(members, padded, shape.inputs)
        self.inputs: Array = self._inputs.numpy()[:, :rows]
        """Where the next call's inputs are to be written, (members, rows, inputs)."""
        self._hidden = [torch.empty(members, width, padded) for width in shape.hidden]
        self._out = torch.empty(members, shape.outputs if actor else 1, padded)

    def __call__(self, parameters: Parameters) -> Array:
        """The outputs, (members, rows, outputs), overwritten by the next call."""
        below = self._inputs.mT
        for layer, activation in enumerate(self._hidden):
            weight = parameters.tensor(f"weight{layer}")[:, self._part]
            bias = parameters.tensor(f"bias{layer}")[:, self._part]
            torch.baddbmm(bias, weight, below, out=activation)
            _tanh(activation)
            below = activation
        weight = parameters.tensor(f"{self._head}_weight")
        torch.baddbmm(parameters.tensor(f"{self._head}_bias"), weight, below, out=self._out)
        return self._out.numpy()[:, :, : self._rows].swapaxes(1, 2)


def member_arrays(parameters: Parameters, member: int) -> Mapping[str, Array]:
    """Copies of one member's parameters by name."""
    return {name: array[member].copy() for name, array in parameters.arrays.items()}
