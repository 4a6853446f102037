"""The algorithms of the sb3 trainer by name, known without loading it."""

from __future__ import annotations

from collections.abc import Mapping

from rewardsmith.backends import ActionSpace
from rewardsmith.errors import UsageError, unknown_name

ACTIONS: Mapping[str, frozenset[str]] = {
    "a2c": frozenset({"discrete", "continuous"}),
    "ddpg": frozenset({"continuous"}),
    "dqn": frozenset({"discrete"}),
    "ppo": frozenset({"discrete", "continuous"}),
    "sac": frozenset({"continuous"}),
    "td3": frozenset({"continuous"}),
}
"""The kinds of actions that each algorithm of Stable-Baselines3 can choose."""


def require_algorithm(name: str, space: ActionSpace | None = None) -> None:
    """Raises UsageError for an unknown algorithm, and for one that cannot act in that space."""
    if name not in ACTIONS:
        raise UsageError(unknown_name("algorithm", name, ACTIONS))
    if space is None:
        return
    kind = "discrete" if space.discrete else "continuous"
    if kind not in ACTIONS[name]:
        able = ", ".join(other for other, kinds in ACTIONS.items() if kind in kinds)
        raise UsageError(f"algorithm {name} cannot choose {kind} actions; these can: {able}")
