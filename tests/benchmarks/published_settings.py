"""Settings of others for PPO on the two tasks, each with its source, and those of our tasks.

All are run with Stable-Baselines3's PPO, so what it has no argument for is left out, and said.
CleanRL halves the squared error of its critic, SB3 does not: its weights of it are halved here.
Left out altogether, as they cannot be carried over: rl_games' halfcheetah_envpool.yaml (a learning
rate steered by the KL divergence, and 16,384 transitions an update: eight updates), RLlib's
tuned_examples/ppo (a KL penalty; 65,536 transitions an update), PufferLib's mujoco.ini (CleanRL's
values), Tianshou's and EnvPool's cartpole_ppo.py (whole episodes an update); the zoo's Bullet
cheetah is another simulator.  SBX has none of its own, it uses the zoo's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rewardsmith import load_environment
from rewardsmith.training.settings import resolve_settings

COUNTS = (8, 16, 32)
"""Numbers of environments that are tried beside a smaller published one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How PPO is set."""

    source: str
    """Where it is published."""
    environments: int
    arguments: Mapping[str, Any]
    """By SB3's names."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """SB3's policy_kwargs, an activation by its name in lower case."""
    falling: Mapping[str, float] = field(default_factory=dict)
    """The part of an argument that is gone at the end of training, linearly."""
    normalised: bool = True
    """Whether observations and rewards are, by VecNormalize."""

    @property
    def rows(self) -> int:
        """Transitions of an update."""
        return self.environments * self.arguments["n_steps"]

    def over(self, environments: int) -> Setting:
        """The same with as many environments and as many transitions an update."""
        if environments < 1 or self.rows % environments:
            raise ValueError(f"{environments} environments do not divide {self.rows} transitions")
        steps = {"n_steps": self.rows // environments}
        return replace(self, environments=environments, arguments={**self.arguments, **steps})


_HALF_CHEETAH = {
    # The zoo's tuned entry for HalfCheetah-v4 (v3 has the same); also Hugging Face,
    # sb3/ppo-HalfCheetah-v3, 5,836 in return after 1,000,000 steps.
    "zoo": Setting(
        "DLR-RM/rl-baselines3-zoo, hyperparams/ppo.yml, HalfCheetah-v4",
        environments=1,
        arguments={
            "n_steps": 512,
            "batch_size": 64,
            "n_epochs": 20,
            "learning_rate": 2.0633e-5,
            "gamma": 0.98,
            "gae_lambda": 0.92,
            "clip_range": 0.1,
            "ent_coef": 0.000401762,
            "vf_coef": 0.58096,
            "max_grad_norm": 0.8,
        },
        policy={
            "log_std_init": -2,
            "ortho_init": False,
            "activation_fn": "relu",
            "net_arch": [256, 256],
        },
    ),
    # Tuned for the cheetah of the package seals, which observes its position too; there a layer of
    # the network normalises observations, here VecNormalize does.
    "zoo-seals": Setting(
        "DLR-RM/rl-baselines3-zoo, hyperparams/python/ppo.py, seals/HalfCheetah-v0",
        environments=1,
        arguments={
            "n_steps": 512,
            "batch_size": 64,
            "n_epochs": 5,
            "learning_rate": 0.0003286871805949382,
            "gamma": 0.95,
            "gae_lambda": 0.95,
            "clip_range": 0.1,
            "ent_coef": 3.794797423594763e-6,
            "vf_coef": 0.11483689492120866,
            "max_grad_norm": 0.8,
        },
    ),
    "cleanrl": Setting(
        "vwxyzjn/cleanrl, cleanrl/ppo_continuous_action.py, HalfCheetah-v4",
        environments=1,
        arguments={
            "n_steps": 2048,
            "batch_size": 64,
            "n_epochs": 10,
            "learning_rate": 3e-4,
            "clip_range_vf": 0.2,
            "vf_coef": 0.25,
        },
        falling={"learning_rate": 1.0},
    ),
    # Its author's search over EnvPool's HalfCheetah, Walker2d and Ant is in cleanrl's pull request
    # 212.  Sample Factory's sf_examples/mujoco/mujoco_params.py has the same values and a KL loss.
    "cleanrl-envpool": Setting(
        "vwxyzjn/envpool-cleanrl, ppo_continuous_action_envpool.py, HalfCheetah-v4",
        environments=64,
        arguments={
            "n_steps": 64,
            "batch_size": 1024,
            "n_epochs": 2,
            "learning_rate": 0.00295,
            "vf_coef": 0.65,
            "max_grad_norm": 3.5,
        },
        falling={"learning_rate": 1.0},
    ),
    # Tianshou's examples/mujoco/mujoco_ppo.py has the same values with 8 environments of 256 steps;
    # advantages computed anew in every epoch are left out.
    "tianshou-envpool": Setting(
        "vwxyzjn/cleanrl, pull request 355, cleanrl/ppo_continuous_action_envpool_xla_jax_scan.py",
        environments=64,
        arguments={
            "n_steps": 32,
            "batch_size": 64,
            "n_epochs": 10,
            "learning_rate": 3e-4,
            "vf_coef": 0.25,
            "normalize_advantage": False,
        },
        policy={"log_std_init": -0.5},
        falling={"learning_rate": 1.0},
    ),
}

_CARTPOLE = {
    "zoo": Setting(
        "DLR-RM/rl-baselines3-zoo, hyperparams/ppo.yml, CartPole-v1",
        environments=8,
        arguments={
            "n_steps": 32,
            "batch_size": 256,
            "n_epochs": 20,
            "learning_rate": 1e-3,
            "gamma": 0.98,
            "gae_lambda": 0.8,
            "clip_range": 0.2,
        },
        falling={"learning_rate": 1.0, "clip_range": 1.0},
        normalised=False,
    ),
    "zoo-seals": Setting(
        "DLR-RM/rl-baselines3-zoo, hyperparams/python/ppo.py, seals/CartPole-v0",
        environments=8,
        arguments={
            "n_steps": 512,
            "batch_size": 256,
            "n_epochs": 10,
            "learning_rate": 0.0012403278189645594,
            "gamma": 0.9999,
            "gae_lambda": 0.9,
            "clip_range": 0.4,
            "ent_coef": 0.008508727919228772,
            "vf_coef": 0.489343896591493,
            "max_grad_norm": 0.8,
        },
        policy={"activation_fn": "relu"},
        normalised=False,
    ),
    "cleanrl": Setting(
        "vwxyzjn/cleanrl, cleanrl/ppo.py, CartPole-v1",
        environments=4,
        arguments={
            "n_steps": 128,
            "batch_size": 128,
            "n_epochs": 4,
            "learning_rate": 2.5e-4,
            "clip_range_vf": 0.2,
            "ent_coef": 0.01,
            "vf_coef": 0.25,
        },
        falling={"learning_rate": 1.0},
        normalised=False,
    ),
    # Said there to be Pendulum's, and to work for CartPole-v1 too.
    "envpool": Setting(
        "sail-sg/envpool, examples/sb3_examples/ppo.py",
        environments=4,
        arguments={"n_steps": 1024, "learning_rate": 1e-3, "gae_lambda": 0.95, "gamma": 0.9},
        normalised=False,
    ),
}

PUBLISHED: Mapping[str, Mapping[str, Setting]] = {
    "cartpole": _CARTPOLE,
    "half-cheetah": _HALF_CHEETAH,
}
"""By the environment and the name of the way."""


def own_setting(name: str) -> Setting:
    """The settings of our own task, which were chosen by score for second."""
    mine = resolve_settings(load_environment(name).task.settings)
    return Setting(
        f"environments/{name}.py",
        environments=mine.environments,
        arguments={
            "n_steps": mine.rollout,
            "batch_size": mine.minibatch,
            "n_epochs": mine.epochs,
            "learning_rate": mine.learning_rate,
            "gamma": mine.discount,
            "gae_lambda": mine.trace,
            "clip_range": mine.clip,
            "vf_coef": mine.value_coefficient,
            "ent_coef": mine.entropy_coefficient,
            "max_grad_norm": mine.gradient_norm,
        },
        policy={"net_arch": list(mine.hidden), "log_std_init": mine.log_deviation},
        falling={"learning_rate": mine.learning_rate_decay},
    )


def setting_of(name: str, way: str) -> Setting:
    """The setting of a way: `tuned` (our task's) or a published one's name, then maybe `@32`.

    After the @ stands the number of environments.  Raises ValueError for what is not known.
    """
    base, at, count = way.partition("@")
    known = {"tuned": own_setting(name), **PUBLISHED[name]}
    if base not in known:
        raise ValueError(f"{name} has no way {base!r}; there are {', '.join(known)}")
    if at and not count.isdecimal():
        raise ValueError(f"{way!r} has no number of environments after its @")
    return known[base].over(int(count)) if at else known[base]


def ways_of(name: str) -> list[str]:
    """Every way of an environment: as published, then with more environments."""
    known = {"tuned": own_setting(name), **PUBLISHED[name]}
    return [
        way
        for base, setting in known.items()
        for way in (base, *(f"{base}@{n}" for n in COUNTS if n > setting.environments))
    ]
