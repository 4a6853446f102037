"""The population's update as it is, beside the same written with autograd, plain and compiled.

All three run on the same stacked arrays, from the same weights and moments of Adam, over the same
batch of a real block in the same order, and have to end at the same weights: what differs is who
works out the gradients.  Shuffling and the normalisation of advantages are ours in all of them,
Adam is torch's fused one.
"""

from __future__ import annotations

import copy
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from measured_training import PLENTY, measured_training

from rewardsmith import load_environment
from rewardsmith.training import ppo
from rewardsmith.training.networks import Parameters
from rewardsmith.training.settings import PpoSettings

HALF_LOG_TAU = ppo.HALF_LOG_TAU
WARM_BLOCKS = 2
"""Blocks of training before the one whose batch is taken."""
TOLERANCE = 1e-4
"""Greatest difference of a weight after an update."""
OURS, AUTOGRAD, COMPILED = "by hand", "autograd", "autograd, compiled"
Leaves = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Case:
    """An update that is about to be made."""

    settings: PpoSettings
    parameters: Parameters
    adam: ppo.Adam
    batch: ppo.Batch
    rate: float

    @property
    def members(self) -> int:
        """Members of the stack."""
        return self.parameters.members

    def rngs(self) -> list[np.random.Generator]:
        """What shuffles, the same each time."""
        return [np.random.default_rng([7, member]) for member in range(self.members)]

    def alone(self) -> Case:
        """The same for the first member, without the others."""
        first = np.arange(1)
        fields = {name: getattr(self.batch, name)[:1].copy() for name in ppo.Batch.__slots__}
        kept = self.parameters.keep(first), self.adam.keep(first), ppo.Batch(**fields)
        return Case(self.settings, *kept, self.rate)


def captured(name: str, members: int) -> Case:
    """The update of a real block of an environment, trained with its author's reward."""
    found: list[Case] = []
    with measured_training(load_environment(name), range(members), PLENTY, {}) as training:
        for done in range(1, WARM_BLOCKS + 1):
            training.advance(done)

        def keep(parameters: Parameters, adam: ppo.Adam, batch: ppo.Batch, _: Any, rate: float):
            every = np.arange(members)
            kept = parameters.keep(every), adam.keep(every), copy.deepcopy(batch)
            found.append(Case(training._settings, *kept, rate))

        training._updater.update = keep
        training.advance(WARM_BLOCKS + 1)
    return found[0]


def hidden_layers(leaves: Leaves, inputs: torch.Tensor, depth: int) -> torch.Tensor:
    """The last hidden layer of actors and critics, (members, 2, width, rows)."""
    members, _, rows = inputs.shape
    first = torch.baddbmm(leaves["bias0"].flatten(1, 2), leaves["weight0"].flatten(1, 2), inputs)
    below = torch.tanh(first).view(2 * members, -1, rows)
    for layer in range(1, depth):
        weight, bias = (leaves[f"{part}{layer}"].flatten(0, 1) for part in ("weight", "bias"))
        below = torch.tanh(torch.baddbmm(bias, weight, below))
    return below.view(members, 2, -1, rows)


def log_probabilities(
    leaves: Leaves, outputs: torch.Tensor, actions: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the actions, (members, rows), and the entropy of all, (members, rows)."""
    if "log_deviation" not in leaves:
        every = torch.log_softmax(outputs, dim=1)
        return (every * actions).sum(1), -(every.exp() * every).sum(1)
    deviation = leaves["log_deviation"]
    squared = ((actions - outputs) * torch.exp(-deviation)).square()
    found = -0.5 * squared.sum(1) - (deviation + HALF_LOG_TAU).sum(1)
    return found, (deviation + HALF_LOG_TAU + 0.5).sum(1).expand_as(found)


def loss(
    leaves: Leaves, inputs: torch.Tensor, targets: Mapping[str, torch.Tensor], s: PpoSettings
) -> torch.Tensor:
    """The loss that `ppo.loss_gradients` states, of all members together."""
    top = hidden_layers(leaves, inputs, len(s.hidden))
    outputs = torch.baddbmm(leaves["actor_bias"], leaves["actor_weight"], top[:, 0])
    values = torch.baddbmm(leaves["critic_bias"], leaves["critic_weight"], top[:, 1])
    found, entropy = log_probabilities(leaves, outputs, targets["actions"])
    ratio = torch.exp(found - targets["logarithms"])
    limited = ratio.clamp(1.0 - s.clip, 1.0 + s.clip)
    gain = torch.minimum(ratio * targets["advantages"], limited * targets["advantages"]).sum()
    weights = targets["weights"]
    error = (weights * (values[:, 0] - targets["returns"]).square()).sum()
    return -gain + s.value_coefficient * error - s.entropy_coefficient * (weights * entropy).sum()


def shorten(gradients: list[torch.Tensor], most: float) -> list[torch.Tensor]:
    """Each member's gradient, shortened to the largest length."""
    total = sum(gradient.square().flatten(1).sum(1) for gradient in gradients)
    factors = (most / (torch.sqrt(torch.as_tensor(total)) + 1e-6)).clamp(max=1.0)
    return [g * factors.view(-1, *[1] * (g.dim() - 1)) for g in gradients]


class Autograd:
    """The update with gradients by torch; plain, or with loss and clipping compiled."""

    def __init__(self, parameters: Parameters, settings: PpoSettings, *, compiled: bool) -> None:
        self._settings = settings
        wrap: Callable[..., Any] = _compile if compiled else lambda function: function
        self._loss, self._shorten = wrap(loss), wrap(shorten)

    def update(
        self,
        parameters: Parameters,
        adam: ppo.Adam,
        batch: ppo.Batch,
        rngs: list[np.random.Generator],
        rate: float,
    ) -> None:
        """As `Updater.update`; the weights are written back into `parameters`."""
        names = list(parameters.shape.blocks())
        leaves = {name: parameters.tensor(name).clone().requires_grad_() for name in names}
        optimiser = _adam(leaves, adam, rate)
        rows = batch.inputs.shape[1]
        records = ppo._records(batch)
        offsets = np.arange(len(rngs))[:, None] * rows
        for _ in range(self._settings.epochs):
            order = np.stack([rng.permutation(rows) for rng in rngs]) + offsets
            shuffled = records.index_select(0, torch.from_numpy(order.ravel()))
            epoch = ppo._Epoch(shuffled.view(len(rngs), rows, -1), parameters, self._settings)
            for start in range(0, rows, self._settings.minibatch):
                self._step(leaves, optimiser, epoch, start)
        with torch.no_grad():
            for name in names:
                parameters.tensor(name).copy_(leaves[name])

    def _step(self, leaves: Leaves, optimiser: Any, epoch: ppo._Epoch, start: int) -> None:
        found = epoch.targets(start)
        targets = {name: torch.from_numpy(getattr(found, name)) for name in ppo.Targets.__slots__}
        value = self._loss(leaves, epoch.inputs(start), targets, self._settings)
        gradients = list(torch.autograd.grad(value, list(leaves.values())))
        shortened = self._shorten(gradients, self._settings.gradient_norm)
        for leaf, gradient in zip(leaves.values(), shortened, strict=True):
            leaf.grad = gradient
        optimiser.step()


def _compile(function: Callable[..., Any]) -> Callable[..., Any]:
    return torch.compile(function, dynamic=False, fullgraph=True)


def _adam(leaves: Leaves, adam: ppo.Adam, rate: float) -> torch.optim.Adam:
    """Torch's fused Adam with the moments that ours has."""
    options: dict[str, Any] = {"betas": ppo.BETAS, "eps": ppo.EPSILON, "fused": True}
    optimiser = torch.optim.Adam(leaves.values(), lr=rate, **options)
    for name, leaf in leaves.items():
        optimiser.state[leaf] = {
            "step": adam.steps.clone(),
            "exp_avg": adam.first.tensor(name).clone(),
            "exp_avg_sq": adam.second.tensor(name).clone(),
        }
    return optimiser


def make(way: str, case: Case) -> Any:
    """What updates the stack of this case."""
    if way == OURS:
        return ppo.Updater(case.parameters, case.settings)
    return Autograd(case.parameters, case.settings, compiled=way == COMPILED)


def run(updater: Any, case: Case) -> tuple[float, Parameters]:
    """Milliseconds of processor time of one update, and the weights after it."""
    every = np.arange(case.members)
    parameters, adam = case.parameters.keep(every), case.adam.keep(every)
    rngs = case.rngs()
    began = time.process_time()
    updater.update(parameters, adam, case.batch, rngs, case.rate)
    return 1e3 * (time.process_time() - began), parameters


def first_call(way: str, case: Case) -> dict[str, Any]:
    """The updater, and how long its first call took: compiled it compiles, again from the cache."""
    torch.compiler.reset()
    updater = make(way, case)
    began = time.perf_counter()
    run(updater, case)
    seconds = time.perf_counter() - began
    return {"updater": updater, "seconds": round(seconds, 2)}


def measure(name: str, members: int, rounds: int) -> dict[str, Any]:
    """Every way on an environment's block, in turn."""
    torch.set_num_threads(1)
    case = captured(name, members)
    with tempfile.TemporaryDirectory() as cache:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = cache  # so that the first compilation is one
        ways, told = _opened(case)
        after = {way: run(updater, case)[1] for way, updater in ways.items()}
        moved = float((after[OURS].flat - case.parameters.flat).abs().max())
        for way, weights in after.items():
            apart = float((weights.flat - after[OURS].flat).abs().max())
            assert apart <= TOLERANCE < moved, f"{name}, {way}: {apart} apart, moved {moved}"
            told[way]["apart"] = apart
        seen: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, updater in ways.items():
                seen[way].append(run(updater, case)[0])
        for way, updater in ways.items():
            told[way]["alone_bitwise"] = _same_alone(way, case, updater)
    for way, values in seen.items():
        told[way] |= _costs(values, case)
    settings = {"rows": case.settings.rows, "epochs": case.settings.epochs}
    return {**settings, "members": members, "rounds": rounds, "moved": moved, "ways": told}


def _opened(case: Case) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The updaters, each called once, and what is known of them; `failure` where torch refused."""
    ways: dict[str, Any] = {}
    told: dict[str, dict[str, Any]] = {}
    for way in (OURS, AUTOGRAD, COMPILED):
        try:
            found = first_call(way, case)
            again = first_call(way, case) if way == COMPILED else found
        except Exception as error:  # noqa: BLE001  what torch says is a result
            told[way] = {"failure": f"{type(error).__name__}: {error}".splitlines()[0][:300]}
            continue
        ways[way] = again["updater"]
        told[way] = {"first_call_seconds": found["seconds"]}
        if way == COMPILED:
            told[way]["from_cache_seconds"] = again["seconds"]
    return ways, told


def _same_alone(way: str, case: Case, updater: Any) -> bool:
    """Whether the first member has the same bits alone as in the stack."""
    alone = case.alone()
    _, single = run(make(way, alone), alone)
    _, whole = run(updater, case)
    first = whole.keep(np.arange(1))
    return bool(torch.equal(first.flat, single.flat))


def _costs(values: list[float], case: Case) -> dict[str, Any]:
    """Median and range, and what a step of one member costs."""
    middle = statistics.median(values)
    steps = case.settings.rows * case.members
    return {
        "milliseconds": {"median": middle, "low": min(values), "high": max(values)},
        "microseconds_a_step": 1e3 * middle / steps,
        "steps_a_second": 1e3 * steps / middle,
    }
