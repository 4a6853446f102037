"""Policies: one member's actor with its normaliser, saved, loaded and run with NumPy alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.errors import StoreError, UsageError
from rewardsmith.signals import Array
from rewardsmith.store import read_arrays
from rewardsmith.training.settings import PpoSettings

FORMAT = 1
_DEFAULTS = msgspec.structs.asdict(PpoSettings())
"""What a saved policy's settings leave out."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Acts on observations as the trained member did."""

    arrays: Mapping[str, Array]
    """Parameters by name, and `obs_mean`, `obs_inverse` of the frozen normaliser."""
    header: Mapping[str, Any]
    """Spaces, settings and where the policy came from, as JSON holds it."""

    @property
    def action_space(self) -> ActionSpace:
        """The actions that it gives."""
        space = self.header["action_space"]
        return ActionSpace(
            count=space["count"],
            shape=tuple(space["shape"]),
            low=tuple(-np.inf if bound is None else bound for bound in space["low"]),
            high=tuple(np.inf if bound is None else bound for bound in space["high"]),
        )

    def outputs(self, obs: Array) -> Array:
        """Means of the actions or logits, (..., outputs), of observations (..., *shape)."""
        batch = self._batch(obs)
        clip = self.header["settings"]["observation_clip"]
        flat = np.asarray(obs, np.float32).reshape(*batch, -1)
        below = (flat - self.arrays["obs_mean"]) * self.arrays["obs_inverse"]
        below = np.clip(below, -clip, clip)
        for layer in range(len(self.header["settings"]["hidden"])):
            weight, bias = self.arrays[f"weight{layer}"][0], self.arrays[f"bias{layer}"][0]
            below = np.tanh(below @ weight.T + bias[:, 0])
        return below @ self.arrays["actor_weight"].T + self.arrays["actor_bias"][:, 0]

    def act(
        self, obs: Array, *, deterministic: bool = True, rng: np.random.Generator | None = None
    ) -> Array:
        """Actions of the simulator, (...) or (..., *action shape), for one or many observations.

        Stochastic where not `deterministic`; `rng` is then needed.
        """
        outputs, batch = self.outputs(obs), self._batch(obs)
        if not deterministic:
            if rng is None:
                raise UsageError("a stochastic policy needs a generator: pass rng=")
            outputs = self._with_noise(outputs, rng)
        shape = (*batch, *self.action_space.shape)
        return np.asarray(self._to_simulator(outputs)).reshape(shape)

    def _batch(self, obs: Array) -> tuple[int, ...]:
        own = len(self.header["observation_shape"])
        return np.shape(obs)[: np.ndim(obs) - own]

    def _with_noise(self, outputs: Array, rng: np.random.Generator) -> Array:
        if self.action_space.discrete:
            return outputs + rng.gumbel(size=outputs.shape)
        deviation = np.exp(self.arrays["log_deviation"][:, 0])
        return outputs + deviation * rng.standard_normal(outputs.shape, np.float32)

    def _to_simulator(self, outputs: Array) -> Array:
        if self.action_space.discrete:
            return outputs.argmax(axis=-1)
        space = self.action_space
        low, high = np.asarray(space.low, np.float32), np.asarray(space.high, np.float32)
        return np.clip(self.arrays["middle"] + self.arrays["half"] * outputs, low, high)


def space_header(space: ActionSpace) -> dict[str, Any]:
    """An action space as JSON holds it: None where there is no bound."""
    low, high = ([b if np.isfinite(b) else None for b in part] for part in (space.low, space.high))
    return {"count": space.count, "shape": list(space.shape), "low": low, "high": high}


def save_policy(path: Path, arrays: Mapping[str, Array], header: Mapping[str, Any]) -> None:
    """Write a policy as .npz, without pickles."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"format": FORMAT, **header}, sort_keys=True)
    np.savez(path, header=np.array(text), allow_pickle=False, **dict(arrays))


def load_policy(path: str | Path) -> Policy:
    """The policy that `save_policy` wrote; raises UsageError where the file is none."""
    try:
        arrays = read_arrays(Path(path))
        header = json.loads(str(arrays.pop("header")))
    except (StoreError, ValueError, KeyError) as error:
        raise UsageError(f"{path} is no saved policy: {error}") from error
    if header.get("format") != FORMAT:
        raise UsageError(f"{path} has format {header.get('format')}, this version reads {FORMAT}")
    return Policy(arrays, {**header, "settings": _DEFAULTS | header["settings"]})
