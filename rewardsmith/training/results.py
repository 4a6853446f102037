"""Results: what a member leaves behind when it is done, as a record and as files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.records import MemberResult
from rewardsmith.signals import Array
from rewardsmith.training.curves import MemberCurves
from rewardsmith.training.evaluation import SAVED_EPISODES, Evaluation
from rewardsmith.training.networks import member_arrays
from rewardsmith.training.normalization import observation_scale
from rewardsmith.training.policy import save_policy
from rewardsmith.training.simulation import Actions
from rewardsmith.training.stack import Member, Stack


def member_result(member: Member, curves: MemberCurves, steps: int, **more: Any) -> MemberResult:
    """The record of a member after so many steps, with its curves and the fields in `more`."""
    return MemberResult(
        reward=member.reward.id,
        seed=member.seed,
        steps=steps,
        curve_steps=tuple(curves.steps),
        curve_fitness=tuple(curves.fitness),
        curve_return=tuple(curves.total),
        curve_length=tuple(curves.length),
        components=curves.components(),
        checkpoint_steps=tuple(mark.steps for mark in curves.marks),
        checkpoint_fitness=tuple(mark.fitness for mark in curves.marks),
        checkpoint_return=tuple(mark.total for mark in curves.marks),
        sampled_steps=curves.sampled,
        **more,
    )


def policy_arrays(stack: Stack, number: int, actions: Actions) -> dict[str, Array]:
    """What a saved policy consists of: parameters, frozen normaliser, the action box."""
    mean, inverse = observation_scale(stack.observations)
    arrays = dict(member_arrays(stack.parameters, number))
    arrays |= {"obs_mean": mean[number], "obs_inverse": inverse[number]}
    if not actions.space.discrete:
        arrays |= {"middle": actions.middle, "half": actions.half}
    return arrays


def save_member_policy(
    folder: str, member: Member, arrays: Mapping[str, Array], header: Mapping[str, Any]
) -> str:
    """Save a member's policy; the path below `folder`."""
    path = f"policies/{member.reward.id}-{member.seed}.npz"
    save_policy(Path(folder) / path, arrays, header)
    return path


def save_member_trajectories(
    folder: str, member: Member, evaluation: Evaluation, steps: int | None = None
) -> str:
    """Save a member's first episodes; the path below `folder`.

    Those of a checkpoint, or a sample, are told by its number of `steps`.
    """
    suffix = "" if steps is None else f"-at-{steps}"
    path = f"trajectories/{member.reward.id}-{member.seed}{suffix}.npz"
    save_trajectories(Path(folder) / path, evaluation.saved)
    return path


def save_trajectories(path: Path, episodes: list[dict[str, Array]]) -> None:
    """Write episodes one after another as .npz: each signal, and `episode`, its index.

    `total`, `component.NAME`, `fitness` and `simulator` (its own reward) are by step, too, and
    `simulator_seed`, from which an episode can be played again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    episodes = episodes[:SAVED_EPISODES]
    arrays = {name: np.concatenate([e[name] for e in episodes]) for name in episodes[0]}
    lengths = [len(episode["fitness"]) for episode in episodes]
    arrays["episode"] = np.repeat(np.arange(len(episodes)), lengths)
    np.savez_compressed(path, allow_pickle=False, **arrays)
