"""The settings of training by Stable-Baselines3, a sentence under each."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import stable_baselines3
from stable_baselines3.common.base_class import BaseAlgorithm

from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import Record

ALGORITHMS: Mapping[str, type[BaseAlgorithm]] = {
    "a2c": stable_baselines3.A2C,
    "ddpg": stable_baselines3.DDPG,
    "dqn": stable_baselines3.DQN,
    "ppo": stable_baselines3.PPO,
    "sac": stable_baselines3.SAC,
    "td3": stable_baselines3.TD3,
}
_OURS = frozenset(
    {"self", "env", "policy", "seed", "device", "verbose", "tensorboard_log", "_init_setup_model"}
)
_OWN = ("algo", "environments", "normalise")


class Sb3Settings(Record, frozen=True):
    """How Stable-Baselines3 trains; its own defaults hold, a task's settings do not."""

    algo: str = "ppo"
    """a2c, ddpg, dqn, ppo, sac or td3."""
    environments: Annotated[int, msgspec.Meta(ge=1)] = 1
    """Environments of one member."""
    normalise: bool = True
    """Whether observations are normalised by their running mean and deviation (never images)."""
    arguments: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    """Hyper-parameters by the algorithm's own names: learning_rate, n_steps, gamma, …"""


def resolve_sb3_settings(settings: Mapping[str, Any]) -> Sb3Settings:
    """The settings from names of ours and of the algorithm's; UsageError for any other."""
    own = {
        name: settings[name] for name in ("algo", "environments", "normalise") if name in settings
    }
    rest = {name: value for name, value in settings.items() if name not in own}
    try:
        resolved = msgspec.convert({**own, "arguments": rest}, Sb3Settings)
    except msgspec.ValidationError as error:
        raise UsageError(f"trainer settings: {error}") from error
    if resolved.algo not in ALGORITHMS:
        raise UsageError(unknown_name("algorithm", resolved.algo, ALGORITHMS))
    known = set(inspect.signature(ALGORITHMS[resolved.algo]).parameters) - _OURS
    for name in rest:
        if name not in known:
            what = f"setting of the sb3 trainer ({resolved.algo})"
            raise UsageError(unknown_name(what, name, known | set(_OWN)))
    return resolved
