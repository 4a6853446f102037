"""Evaluation: whole episodes of the trained members in fresh simulators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from rewardsmith.environments import FEW_SIGNALS, Environment
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.records import Episode
from rewardsmith.signals import Array, SignalView
from rewardsmith.training.curves import EpisodeLog
from rewardsmith.training.networks import Column
from rewardsmith.training.normalization import normalise, observation_scale
from rewardsmith.training.own_rewards import own_reward
from rewardsmith.training.rollout import choose, draw_noise
from rewardsmith.training.scoring import Scored, Scorer
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.simulation import (
    SIMULATOR_SEED,
    Block,
    Simulation,
    environment_seeds,
)
from rewardsmith.training.stack import EVALUATION_STREAM, Stack, member_rng

MOST_ENVIRONMENTS = 20
"""Environments of one member in evaluation; each contributes the same number of episodes."""
SAVED_EPISODES = 6
CHECKPOINT_EPISODES = 2
"""Episodes saved of the evaluation at a checkpoint."""
SAMPLE_PART = 16
"""The sample in a training without checkpoints takes at most this part of the steps that each of
its environments has: such a training is short beside its episodes, a whole one could cost it more
than it is worth."""
SAMPLE_BLOCK = 64
"""Steps after which it is seen whether all sampled episodes have ended."""
VECTOR = 3
"""Dimensions of a block of vectors: (steps, environments, numbers); images have more."""
LONGEST_EPISODE = 10_000
"""Steps after which an episode without an end of its own is cut."""


@dataclass(slots=True)
class Evaluation:
    """What one member did in evaluation."""

    episodes: list[Episode] = field(default_factory=list[Episode])
    saved: list[dict[str, Array]] = field(default_factory=list[dict[str, Array]])
    """The first episodes' signals, reward and fitness, (length, ...) each."""
    failure: str | None = None

    @property
    def fitness(self) -> float:
        """Mean over the episodes."""
        return float(np.mean([episode.fitness for episode in self.episodes]))


def environments_for(episodes: int) -> int:
    """The most environments, up to twenty, that divide the number of episodes."""
    return max(n for n in range(1, MOST_ENVIRONMENTS + 1) if episodes % n == 0)


class Evaluator:
    """Runs the members of a stack until each has its episodes.

    `part` numbers the evaluation at a checkpoint, each with episodes of its own; 0 is the last.
    """

    def __init__(
        self,
        stack: Stack,
        environment: Environment,
        settings: PpoSettings,
        episodes: int,
        *,
        part: int = 0,
    ) -> None:
        self._stack = stack
        self._part = part
        self._environment = environment
        self._settings = settings
        self._width = environments_for(episodes)
        self._steps = max(1, settings.rows // self._width)
        self._rounds = episodes // self._width
        self._most = CHECKPOINT_EPISODES if part else SAVED_EPISODES
        members = range(len(stack.members))
        self._columns = [slice(n * self._width, (n + 1) * self._width) for n in members]
        self._evaluations = [Evaluation() for _ in members]
        self._logs = [EpisodeLog(self._width) for _ in members]
        self._saved = [EpisodeLog(min(self._most, self._width)) for _ in members]
        self._seeds = [
            environment_seeds(m.seed, EVALUATION_STREAM, self._width, part) for m in stack.members
        ]

    def run(self, scorer: Scorer) -> list[Evaluation]:
        """Every member's evaluation, in the stack's order."""
        simulation = Simulation(self._environment, [seed for own in self._seeds for seed in own])
        try:
            self._run(simulation, scorer)
        finally:
            simulation.close()
        return self._evaluations

    def sample(self, scorer: Scorer, steps: int) -> list[Evaluation]:
        """Of every member one saved episode, cut after so many steps; ask for one episode."""
        simulation = Simulation(self._environment, [own[0] for own in self._seeds])
        try:
            self._sample(simulation, scorer, steps)
        finally:
            simulation.close()
        for number, evaluation in enumerate(self._evaluations):
            if not evaluation.saved and (begun := self._saved[number].begun(0)) is not None:
                evaluation.saved.append(self._seeded(number, 0, begun))
        return self._evaluations

    def _sample(self, simulation: Simulation, scorer: Scorer, steps: int) -> None:
        reader, act = self._environment.reader(), self._policy(simulation)
        left = np.ones(len(simulation.obs), np.int64)
        most = min(SAMPLE_BLOCK, self._settings.rows)
        for first in range(0, steps, most):
            going = [n for n in range(len(left)) if left[n]]
            if not going:
                return
            block = simulation.run_some(min(most, steps - first), act, left)
            view = reader.view(block.transitions())
            self._take(going, block, view, scorer)
            reader.advance(view)
            left[[e.failure is not None for e in self._evaluations]] = 0

    def _run(self, simulation: Simulation, scorer: Scorer) -> None:
        reader = self._environment.reader()
        left = np.full(len(simulation.obs), self._rounds)
        act = self._policy(simulation)
        for _ in range(0, LONGEST_EPISODE * self._rounds, self._steps):
            unfinished = [number for number, c in enumerate(self._columns) if left[c].any()]
            if not unfinished:
                return
            block = simulation.run_some(self._steps, act, left)
            view = reader.view(block.transitions())
            self._take(unfinished, block, view, scorer)
            reader.advance(view)
            for number in unfinished:
                if self._evaluations[number].failure is not None:
                    left[self._columns[number]] = 0
        raise EnvironmentUnavailable(
            f"{self._environment.name}: episodes do not end within {LONGEST_EPISODE} steps; "
            "give the environment a time limit"
        )

    def _policy(self, simulation: Simulation) -> Callable[[int], Array]:
        parameters = self._stack.parameters
        shape, members = parameters.shape, len(self._columns)
        actor = Column(shape, members, self._width, actor=True)
        mean, inverse = (part[:, None] for part in observation_scale(self._stack.observations))
        stochastic = self._environment.task.evaluation == "stochastic"
        rngs = [member_rng(m.seed, EVALUATION_STREAM, self._part) for m in self._stack.members]

        def act(step: int) -> Array:
            del step
            obs = simulation.obs.reshape(actor.inputs.shape)
            normalise(obs, mean, inverse, self._settings.observation_clip, actor.inputs)
            outputs = actor(parameters)
            noise = draw_noise(shape, rngs, outputs.shape[1:]) if stochastic else None
            chosen = choose(parameters, outputs, noise)
            return simulation.actions.to_simulator(chosen.reshape(-1, shape.outputs))

        return act

    def _take(self, unfinished: list[int], block: Block, view: SignalView, scorer: Scorer) -> None:
        fitness = own_reward(self._environment, "fitness", view, block.valid)
        members = [(self._stack.members[n].reward.id, self._columns[n]) for n in unfinished]
        for number, scored in zip(
            unfinished, scorer.score(members, view, block.valid), strict=True
        ):
            evaluation, columns = self._evaluations[number], self._columns[number]
            if isinstance(scored, str):
                evaluation.failure = f"in evaluation: {scored}"
                continue
            valid, ended = block.valid[:, columns], block.ended[:, columns]
            light = {"fitness": fitness[:, columns], "total": scored.total}
            light["simulator"] = block.simulator_reward[:, columns]
            light["terminated"] = block.terminated[:, columns]
            for _, episode in self._logs[number].add(light, valid, ended):
                evaluation.episodes.append(self._episode(episode))
            if len(evaluation.saved) < self._most:
                heavy = self._signals(view, columns) | light | _named(scored)
                for column, episode in self._saved[number].add(heavy, valid, ended):
                    evaluation.saved.append(self._seeded(number, column, episode))

    def _seeded(self, number: int, column: int, episode: dict[str, Array]) -> dict[str, Array]:
        seed = self._seeds[number][column]
        self._seeds[number][column] = -1  # what follows is not its first episode
        return episode | {SIMULATOR_SEED: np.full(len(episode["fitness"]), seed, np.int64)}

    def _episode(self, steps: Mapping[str, Array]) -> Episode:
        fitness = self._environment.task.episode_fitness(steps["fitness"])
        if not np.isfinite(fitness):
            raise EnvironmentUnavailable(
                f"{self._environment.name}: the fitness of an episode is {fitness}"
            )
        return Episode(
            fitness=fitness,
            length=len(steps["fitness"]),
            terminated=bool(steps["terminated"][-1]),
            reward=float(steps["total"].sum()),
            simulator_return=float(steps["simulator"].sum()),
        )

    def _signals(self, view: SignalView, columns: slice) -> dict[str, Array]:
        own = (signal.name for signal in self._environment.signals)
        names = (*own, "action", "episode_step", "truncated")
        found = {name: view.get(name)[:, columns] for name in names}
        few = len(self._environment.signals) < FEW_SIGNALS
        if few and view.get("next_obs").ndim == VECTOR:
            found["next_obs"] = view.get("next_obs")[:, columns]
        return found


def _named(scored: Scored) -> dict[str, Array]:
    return {f"component.{name}": values for name, values in scored.components.items()}
