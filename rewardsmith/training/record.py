"""Recording a bank: many simple policies act, what they meet is kept.

Runs in a worker (`TrainerServer.record_bank`), for it makes a simulator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.backends import VectorEnvironment, make_backend
from rewardsmith.bank import ROWS, Bank, BankEpisode, extremes_of, ranges_of
from rewardsmith.environments import (
    Environment,
    environment_from_specification,
    event_rows,
)
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.signals import PREVIOUS, Array, Transitions
from rewardsmith.training.actors import SCRIPTED, Act, Actor
from rewardsmith.training.own_rewards import own_reward, require_one_number_a_row

STEPS = 400
"""Steps of every environment."""
SEGMENT = 200
"""What is left unfinished, and at least this long, is cut into segments of this length."""
MOST_EPISODES = 96
_OUTSTANDING = 12
"""How many of the best and of the worst episodes are kept before the others are drawn."""
_ENDINGS = 64
"""How many last transitions of episodes the shuffled rows hold, where there are as many."""


@dataclass(frozen=True, slots=True)
class Span:
    """An episode or a segment in a recorded block: environment, first row, row after the last."""

    environment: int
    low: int
    high: int

    @property
    def rows(self) -> tuple[slice, int]:
        """What picks it out of an array (steps, environments, ...)."""
        return slice(self.low, self.high), self.environment


def record_to_file(
    specification: dict[str, Any], seed: int, path: str, *, human: bool = False
) -> None:
    """Record the bank of the environment of that specification and save it.

    A policy trained for it with the fitness as reward acts as well; one trained with the human
    reward only where `human` (design, invariant 8); a task without a fitness has no such policy.
    """
    from rewardsmith.training.guides import guides

    environment = environment_from_specification(specification)
    asked = human and environment.task.human_reward is not None
    kinds = ("fitness",) if environment.task.measured else ()
    kinds += ("human",) if asked else ()
    trained = guides(environment, kinds, seed) if kinds else ()
    record_bank(environment, seed, trained).save(Path(path))


def record_bank(environment: Environment, seed: int, policies: Sequence[Actor] = ()) -> Bank:
    """The bank of an environment, from the scripted policies and those that are given."""
    actors = (*SCRIPTED, *policies)
    owners = [actor.name for actor in actors for _ in range(actor.environments)]
    seeds = [int(s) for s in np.random.SeedSequence([seed, 1]).generate_state(len(owners))]
    rng = np.random.default_rng([seed, 0])
    backend = make_backend(environment, seeds)
    try:
        transitions, valid = collect(backend, _joined(backend, actors, rng), STEPS)
    finally:
        backend.close()
    reader = environment.reader()
    view = reader.view(transitions)
    signals = {name: view.get(name) for name in reader.names()}
    _require_finite(environment, {name: values[valid] for name, values in signals.items()})
    kinds = ("fitness", *(() if environment.task.human_reward is None else ("human",)))
    paid = {kind: own_reward(environment, kind, view, valid) for kind in kinds}
    fitness = paid["fitness"]
    require_one_number_a_row(environment, transitions, valid)
    event_rows_of(environment, {name: values[valid] for name, values in signals.items()})
    spans = cut(transitions, valid)
    worth = [environment.task.episode_fitness(fitness[span.rows]) for span in spans]
    chosen = _choose(worth, [owners[span.environment] for span in spans], rng)
    recorded = {name: values[valid] for name, values in signals.items()}
    rows = _draw(recorded, rng)
    return Bank(
        transitions={name: values[rows] for name, values in recorded.items()},
        episodes=tuple(
            BankEpisode(
                signals={name: values[spans[i].rows] for name, values in signals.items()},
                fitness=worth[i],
                terminated=bool(signals["terminated"][spans[i].high - 1, spans[i].environment]),
                policy=owners[spans[i].environment],
                steps=fitness[spans[i].rows],
            )
            for i in chosen
        ),
        observation_shape=backend.observation_shape,
        action_space=backend.action_space,
        time_limit=backend.time_limit,
        ranges=ranges_of(recorded, environment.signals),
        extremes=extremes_of(recorded),
        task_rewards={
            kind: values[valid][rows]
            for kind, values in paid.items()
            if kind != "fitness" or environment.task.measured
        },
    )


def _require_finite(environment: Environment, signals: Mapping[str, Array]) -> None:
    """Raises EnvironmentUnavailable that names the first signal that is not finite."""
    for name, values in signals.items():
        bad = np.count_nonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
        if bad:
            raise EnvironmentUnavailable(
                f"environment {environment.name!r}: signal {name!r} is not finite on {bad} of "
                f"{len(values)} recorded transitions; mend the simulator or the signal"
            )


def event_rows_of(environment: Environment, signals: Mapping[str, Array]) -> dict[str, Array]:
    """Where each event of the task happened; EnvironmentUnavailable where it cannot be told."""
    hidden = {"obs", "next_obs"}
    told = {n: v for n, v in signals.items() if n not in hidden and not n.startswith(PREVIOUS)}
    return event_rows(environment.task.events, told)


def _joined(backend: VectorEnvironment, actors: Sequence[Actor], rng: np.random.Generator) -> Act:
    """All actors as one, each in its own environments."""
    counts = [actor.environments for actor in actors]
    acts = [
        actor.start(backend.action_space, child, actor.environments)
        for actor, child in zip(actors, rng.spawn(len(actors)), strict=True)
    ]
    borders = np.cumsum(counts)[:-1]

    def act(obs: Array, step: Array) -> Array:
        parts = zip(acts, np.split(obs, borders), np.split(step, borders), strict=True)
        return np.concatenate([one(seen, when) for one, seen, when in parts])

    return act


def collect(backend: VectorEnvironment, act: Act, steps: int) -> tuple[Transitions, Array]:
    """A block of (steps, environments) transitions, and which of its rows are meaningful."""
    obs = backend.reset()
    episode_step = np.zeros(backend.num_envs, dtype=np.int64)
    rows: list[dict[str, Array]] = []
    info: list[dict[str, Array]] = []
    for _ in range(steps):
        action = act(obs, episode_step)
        step = backend.step(action)
        rows.append(
            {
                "obs": obs,
                "next_obs": np.array(step.obs),
                "action": np.array(action),
                "terminated": np.array(step.terminated),
                "truncated": np.asarray(step.truncated & ~step.terminated),
                "episode_step": episode_step,
                "simulator_reward": np.array(step.simulator_reward),
                "valid": np.array(step.valid),
            }
        )
        info.append({name: np.array(value) for name, value in step.info.items()})
        goes_on = step.valid & ~(step.terminated | step.truncated)
        episode_step = np.where(goes_on, episode_step + 1, 0)
        obs = rows[-1]["next_obs"]
    stacked = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    valid = stacked.pop("valid")
    return Transitions(**stacked, info=_stack_info(info)), valid


def _stack_info(steps: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """Entries of `info` over time; 0 where a step lacks one."""
    first = {name: value for step in reversed(steps) for name, value in step.items()}
    return {
        name: np.stack([step.get(name, np.zeros_like(value)) for step in steps])
        for name, value in first.items()
    }


def cut(transitions: Transitions, valid: Array) -> list[Span]:
    """The whole episodes of a block, and segments of what is unfinished at its end."""
    done = (transitions.terminated | transitions.truncated) & valid
    spans: list[Span] = []
    for environment in range(valid.shape[1]):
        starts = np.flatnonzero(
            valid[:, environment] & (transitions.episode_step[:, environment] == 0)
        )
        for low in starts.tolist():
            ends = np.flatnonzero(done[low:, environment])
            if len(ends):
                spans.append(Span(environment, low, low + int(ends[0]) + 1))
                continue
            last = len(valid) - SEGMENT
            spans += [Span(environment, at, at + SEGMENT) for at in range(low, last + 1, SEGMENT)]
    return spans


def _choose(worth: Sequence[float], owners: list[str], rng: np.random.Generator) -> list[int]:
    """Which episodes are kept: the best, the worst, and of every policy in turn."""
    order = np.argsort(np.asarray(worth), kind="stable").tolist()
    kept = dict.fromkeys([*order[::-1][:_OUTSTANDING], *order[:_OUTSTANDING]])
    turns: Counter[str] = Counter()
    queue: list[tuple[int, int]] = []
    for index in rng.permutation(len(worth)).tolist():
        owner = owners[index]
        queue.append((turns[owner], index))
        turns[owner] += 1
    kept |= dict.fromkeys(index for _, index in sorted(queue))
    return sorted(list(kept)[:MOST_EPISODES])


def _draw(recorded: dict[str, Array], rng: np.random.Generator) -> Array:
    """The shuffled rows: some that end an episode, the rest of all alike."""
    ended = np.asarray(recorded["terminated"] | recorded["truncated"])
    endings = rng.permutation(np.flatnonzero(ended))[:_ENDINGS]
    others = rng.permutation(np.setdiff1d(np.arange(len(ended)), endings))
    return rng.permutation(np.concatenate([endings, others])[:ROWS])
