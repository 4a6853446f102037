"""The hyper-parameters of the population trainer, a sentence under each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import Record

LANES = 16
"""Floats in the widest vector register: whole registers keep members bitwise independent."""

Count = Annotated[int, msgspec.Meta(ge=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Weight = Annotated[float, msgspec.Meta(ge=0)]
Part = Annotated[float, msgspec.Meta(ge=0, le=1)]


class PpoSettings(Record, frozen=True):
    """How members are trained by proximal policy optimisation (Schulman et al., 2017)."""

    environments: Count = 8
    """Environments of one member."""
    rollout: Count = 64
    """Steps of every environment between two updates."""
    minibatch: Count = 256
    """Transitions of one gradient step, a multiple of 16 that divides environments x rollout."""
    epochs: Count = 10
    """How often an update goes over its transitions."""
    learning_rate: Positive = 1e-3
    """Step size of Adam at the beginning."""
    learning_rate_decay: Part = 1.0
    """Part of the learning rate that is gone at the end of training, linearly."""
    discount: Part = 0.99
    """What a reward one step later is worth."""
    trace: Part = 0.95
    """Lambda of the generalised advantage estimate (Schulman et al., 2016)."""
    clip: Positive = 0.2
    """How far the probability ratio may move in one update."""
    value_coefficient: Weight = 0.5
    """Weight of the critic's squared error."""
    entropy_coefficient: Weight = 0.0
    """Weight of the policy's entropy."""
    gradient_norm: Positive = 0.5
    """Longer gradients of a member are shortened to this length."""
    hidden: Annotated[tuple[Count, ...], msgspec.Meta(min_length=1)] = (64, 64)
    """Widths of the hidden layers of actor and critic, each a multiple of 16."""
    log_deviation: float = -1.0
    """Logarithm of the actions' first standard deviation, in half-widths of the action box."""
    actor_gain: Weight = 0.01
    """Size of the actor's last weights at the beginning; with 0 an untrained policy has no
    preference, so that none can succeed by the luck of its weights."""
    critic_gain: Weight = 1.0
    """Size of the critic's last weights at the beginning; with 0 nothing is learned, not even by
    chance, before something was rewarded."""
    observation_clip: Positive = 10.0
    """Normalised observations are clipped to this size."""
    parts: Count = 4
    """Nearly equal parts of a training: at the end of each but the last simulators are made
    anew, the policy is evaluated, and a checkpoint is written.  Fewer where they would be short."""
    checkpoint_episodes: Count = 4
    """Episodes of each evaluation at a checkpoint."""
    device: Literal["auto", "host", "cpu", "cuda"] = "auto"
    """Where members learn: host (NumPy), or with their simulator on cpu or cuda (backends
    playground and mjx); auto is cuda where there is a GPU for such a backend, else host."""

    def __post_init__(self) -> None:
        rows = self.environments * self.rollout
        if self.minibatch % LANES or rows % self.minibatch:
            raise ValueError(
                f"minibatch is {self.minibatch}; it must be a multiple of {LANES} that divides "
                f"environments x rollout = {rows}"
            )
        if any(width % LANES for width in self.hidden):
            raise ValueError(f"hidden is {self.hidden}; every width must be a multiple of {LANES}")

    @property
    def rows(self) -> int:
        """Transitions of one member in one block."""
        return self.environments * self.rollout


def resolve_settings(*layers: Mapping[str, Any]) -> PpoSettings:
    """The settings from the defaults overridden by each layer in turn.

    Raises UsageError for an unknown name (with the nearest) or a value that cannot be.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        merged |= layer
    known = PpoSettings.__struct_fields__
    for name in merged:
        if name not in known:
            raise UsageError(unknown_name("trainer setting", name, known))
    try:
        return msgspec.convert(merged, PpoSettings)
    except msgspec.ValidationError as error:
        raise UsageError(f"trainer settings: {error}") from error
