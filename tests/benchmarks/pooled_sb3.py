"""Stable-Baselines3's PPO on EnvPool, a reward for a whole batch: the peers at their best."""

from __future__ import annotations

import statistics
from typing import Any

import envpool
import numpy as np
import torch
from bench_peers import EPISODES, TASKS, evaluate, rewarded
from published_settings import Setting
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

ACTIVATIONS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}


class Pooled(VecEnv):
    """EnvPool as SB3's vector environment, with a candidate's reward for a whole batch.

    Episodes begin again in the step in which they end, as SB3 expects: reset by id.
    """

    def __init__(self, name: str, source: str, seed: int, count: int) -> None:
        self.name = name
        scope: dict[str, Any] = {"np": np}
        exec(source, scope)
        self.reward = scope["compute_reward"]
        self.pool = envpool.make_gymnasium(TASKS[name][0], num_envs=count, seed=seed, num_threads=1)
        super().__init__(count, self.pool.observation_space, self.pool.action_space)

    def reset(self) -> np.ndarray:
        return np.array(self.pool.reset()[0])

    def step_async(self, actions: np.ndarray) -> None:
        self.actions = actions

    def step_wait(self) -> Any:
        obs, _, terminated, truncated, info = self.pool.step(self.actions)
        if self.name == "cartpole":
            total, _ = self.reward(pole_angle=obs[:, 2], cart_position=obs[:, 0])
        else:
            total, _ = self.reward(forward_velocity=info["x_velocity"], action=self.actions)
        done = terminated | truncated
        told: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if done.any():
            ended, obs = np.flatnonzero(done), np.array(obs)
            for number in ended:
                timed_out = bool(truncated[number] and not terminated[number])
                told[number] = {
                    "terminal_observation": obs[number].copy(),
                    "TimeLimit.truncated": timed_out,
                }
            obs[ended] = self.pool.reset(ended)[0]
        return obs, np.asarray(total, np.float32), done, told

    def close(self) -> None:
        self.pool.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise AttributeError(attr_name)

    def env_method(self, method_name: str, *_: Any, **__: Any) -> list[Any]:
        raise AttributeError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * self.num_envs


def train_pooled(name: str, source: str, seed: int, setting: Setting, steps: int) -> float:
    """One candidate with a setting; its fitness."""
    simulators: VecEnv = Pooled(name, source, seed, setting.environments)
    if setting.normalised:
        simulators = VecNormalize(simulators, gamma=setting.arguments.get("gamma", 0.99))
    model = _model(simulators, setting, seed).learn(steps)

    class Raw:
        """A policy that is handed raw observations."""

        def predict(self, obs: np.ndarray, *, deterministic: bool) -> Any:
            seen = simulators.normalize_obs(obs) if setting.normalised else obs
            return model.predict(seen, deterministic=deterministic)

    judge = rewarded(name, source)
    return statistics.fmean(evaluate(name, Raw(), judge) for _ in range(EPISODES))


def _model(simulators: VecEnv, setting: Setting, seed: int) -> PPO:
    policy = dict(setting.policy)
    if "activation_fn" in policy:
        policy["activation_fn"] = ACTIVATIONS[policy["activation_fn"]]
    arguments = dict(setting.arguments)
    for argument, gone in setting.falling.items():
        arguments[argument] = _falling(arguments[argument], gone)
    return PPO("MlpPolicy", simulators, **arguments, policy_kwargs=policy, seed=seed, device="cpu")


def _falling(value: float, gone: float) -> Any:
    """SB3's schedule: it is called with the part of the training that is left."""
    return lambda left: value * (1 - gone * (1 - left))
