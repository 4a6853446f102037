"""Evaluations of a stack: the short one at a boundary, the one that ends a training."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import to_builtins

from rewardsmith.records import MemberResult, Stop
from rewardsmith.training.curves import Mark, MemberCurves
from rewardsmith.training.evaluation import SAMPLE_PART, Evaluation, Evaluator
from rewardsmith.training.policy import space_header
from rewardsmith.training.results import (
    member_result,
    policy_arrays,
    save_member_policy,
    save_member_trajectories,
)
from rewardsmith.training.setup import Setup
from rewardsmith.training.simulation import Simulation
from rewardsmith.training.stack import Member, Stack


def mark_members(
    setup: Setup, stack: Stack, curves: Sequence[MemberCurves], place: tuple[int, int]
) -> None:
    """Evaluate the policies at a boundary; `place` is its number and the steps before it.

    Nothing of it reaches the training: simulators and random numbers are its own.
    """
    part, steps = place
    episodes = setup.settings.checkpoint_episodes
    evaluator = Evaluator(stack, setup.environment, setup.settings, episodes, part=part)
    divisors = stack.rewards.divisor()
    for number, evaluation in enumerate(evaluator.run(setup.scorer)):
        failed = evaluation.failure is not None
        curves[number].marks.append(
            Mark(
                steps=steps,
                fitness=None if failed else evaluation.fitness,
                total=None if failed else _mean_return(evaluation),
                scale=float(divisors[number]),
                constant=curves[number].constant,
            )
        )
        if not failed:
            save_member_trajectories(setup.job.folder, stack.members[number], evaluation, steps)


def sample_members(setup: Setup, stack: Stack, curves: Sequence[MemberCurves], steps: int) -> None:
    """Record an episode of the policies after so many steps of a training without checkpoints.

    Nothing of it reaches the training.
    """
    evaluator = Evaluator(stack, setup.environment, setup.settings, 1, part=1)
    most = max(1, setup.blocks * setup.settings.rollout // SAMPLE_PART)
    for number, evaluation in enumerate(evaluator.sample(setup.scorer, most)):
        if evaluation.failure is None and evaluation.saved:
            save_member_trajectories(setup.job.folder, stack.members[number], evaluation, steps)
            curves[number].sampled = steps


def finished_members(
    setup: Setup,
    stack: Stack,
    curves: Sequence[MemberCurves],
    place: tuple[Simulation, int],
    stop: Stop | None,
) -> Iterator[MemberResult]:
    """Evaluate the members at their end, or stop, save what they leave, yield their results.

    `place` is the simulation that they were trained in and the steps that they were.
    """
    simulation, steps = place
    evaluator = Evaluator(stack, setup.environment, setup.settings, setup.job.evaluation_episodes)
    divisors = stack.rewards.divisor()
    for number, evaluation in enumerate(evaluator.run(setup.scorer)):
        member = stack.members[number]
        if evaluation.failure is not None:
            yield member_result(member, curves[number], steps, failure=evaluation.failure)
            continue
        arrays = policy_arrays(stack, number, simulation.actions)
        header = _header(setup, member, simulation, steps)
        folder = setup.job.folder
        yield member_result(
            member,
            curves[number],
            steps,
            fitness=evaluation.fitness,
            episodes=tuple(evaluation.episodes),
            reward_scale=float(divisors[number]),
            policy=save_member_policy(folder, member, arrays, header),
            trajectories=save_member_trajectories(folder, member, evaluation),
            stopped=stop,
        )


def _mean_return(evaluation: Evaluation) -> float | None:
    mean = float(np.mean([episode.reward or 0.0 for episode in evaluation.episodes]))
    return mean if math.isfinite(mean) else None


def _header(setup: Setup, member: Member, simulation: Simulation, steps: int) -> dict[str, Any]:
    return {
        "environment": setup.environment.name,
        "task": setup.environment.task.name,
        "reward": member.reward.id,
        "seed": member.seed,
        "steps": steps,
        "observation_shape": list(simulation.observation_shape),
        "action_space": space_header(simulation.actions.space),
        "settings": to_builtins(setup.settings),
    }
