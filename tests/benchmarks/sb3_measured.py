"""Stable-Baselines3's PPO with our settings on our simulators, evaluated as our members are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Any

import gymnasium
import numpy as np
import torch
from measured_training import REWARD, Reading, episodes_of, reading, settings_of, spread
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

from rewardsmith.environments import Environment
from rewardsmith.signals import Array, SignalReader, SignalView, Transitions
from rewardsmith.training.sb3 import Sb3Evaluator
from rewardsmith.training.sb3_environment import Sb3Environment
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.simulation import Actions, environment_seeds
from rewardsmith.training.stack import TRAINING_STREAM, Member


class Enough(Exception):
    """Nothing more is wanted of this training."""


class InHalfWidths(Sb3Environment):
    """The environment author's reward, and actions in half-widths of the box, as ours are."""

    def __init__(self, environment: Environment, seeds: Sequence[int]) -> None:
        super().__init__(environment, seeds, paid_by(environment))
        self.actions = Actions(self._backend.action_space)
        self.time_limit = self._backend.time_limit
        if not self.actions.space.discrete:
            shape = (self.actions.outputs,)
            self.action_space = gymnasium.spaces.Box(-1.0, 1.0, shape, np.float32)

    def to_simulator(self, actions: Array) -> Array:
        """What the simulator is given for actions of the policy."""
        discrete = self.actions.space.discrete
        return actions if discrete else self.actions.to_simulator(actions)

    def step_async(self, actions: np.ndarray[Any, Any]) -> None:
        """Remember the actions as the simulator takes them."""
        self._actions = np.array(self.to_simulator(actions))


def paid_by(environment: Environment) -> Callable[[Transitions], Array]:
    """The reward of the environment's author, at one step."""
    pays, reader = environment.task.human_reward, SignalReader(environment.signals)
    if pays is None:
        raise ValueError(f"the author of {environment.name} has no reward")
    return lambda transitions: np.asarray(pays(SignalView(transitions, reader)))[0]


class Watched(PPO):
    """PPO that calls `after` with the steps done behind each update."""

    after: Callable[[int], None]

    def train(self) -> None:
        """One update, then what is to be done after it."""
        super().train()
        self.after(self.num_timesteps)


def make_model(simulators: VecNormalize, mine: PpoSettings, steps: int, seed: int) -> Watched:
    """The algorithm with our settings, first weights and learning rates."""
    gone = mine.learning_rate_decay
    last = mine.rows / steps  # SB3 tells what is left after a rollout, ours goes by what was before
    model = Watched(
        "MlpPolicy",
        simulators,
        n_steps=mine.rollout,
        batch_size=mine.minibatch,
        n_epochs=mine.epochs,
        learning_rate=lambda left: mine.learning_rate * (1.0 - gone * (1.0 - left - last)),
        gamma=mine.discount,
        gae_lambda=mine.trace,
        clip_range=mine.clip,
        vf_coef=mine.value_coefficient,
        ent_coef=mine.entropy_coefficient,
        max_grad_norm=mine.gradient_norm,
        policy_kwargs={"net_arch": list(mine.hidden), "log_std_init": mine.log_deviation},
        seed=seed,
        device="cpu",
    )
    with torch.no_grad():
        model.policy.action_net.weight *= mine.actor_gain / 0.01
        model.policy.value_net.weight *= mine.critic_gain
    return model


def train_sb3(
    environment: Environment,
    seed: int,
    steps: int,
    count: int,
    enough: Callable[[Reading], bool],
    *,
    episodes: int | None = None,
) -> list[Reading]:
    """Readings of one training: untrained, then as often as ours, until one is enough."""
    torch.set_num_threads(1)
    mine = settings_of(environment, {})
    steps = max(1, steps // mine.rows) * mine.rows
    marks = {block * mine.rows for block in spread(steps // mine.rows, count)}
    seeds = environment_seeds(seed, TRAINING_STREAM, mine.environments)
    readings: list[Reading] = []
    with (
        closing(InHalfWidths(environment, seeds)) as simulators,
        closing(Scorer((REWARD,), environment, None, mine.rows)) as scorer,
    ):
        normal = VecNormalize(
            simulators, gamma=mine.discount, clip_obs=mine.observation_clip, clip_reward=10.0
        )
        model = make_model(normal, mine, steps, seed)

        def act(obs: Array) -> Array:
            chosen = model.predict(np.asarray(normal.normalize_obs(obs)), deterministic=True)[0]
            return simulators.to_simulator(chosen)

        def read(done: int) -> None:
            if done and done not in marks:
                return
            wanted = episodes or episodes_of(simulators.time_limit)
            evaluator = Sb3Evaluator(Member(REWARD, seed), environment, act, wanted)
            readings.append(reading(done, 0.0, evaluator.run(scorer)))
            if done and enough(readings[-1]):
                raise Enough

        model.after = read
        read(0)
        with suppress(Enough):
            model.learn(steps)
    return readings
