"""Rewards of every kind for four cheap tasks: what `bench_critic.py` judges and trains."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rewardsmith.archive import Archive
from rewardsmith.bank import Bank
from rewardsmith.config import Config
from rewardsmith.environments import (
    Environment,
    environment_from_specification,
    load_environment,
)
from rewardsmith.plan import Brief, plan_generation
from rewardsmith.proposers.composer import Composer

SUITE = Path(__file__).parents[1] / "rewards"
RANDOM, COMPOSED = 4, 4
SHIFTS = (0.0, 0.02, 0.1, 0.3)
"""How far the weights of a family's members lie from those of its first, relative."""

ACROBOT = '''
"""Acrobot: two links that hang; only the joint between them is driven; 0.2 s a step.

An episode ends when the tip is more than one link's length above the pivot, or after 500 steps.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task


def _tip(t):
    c1, s1, c2, s2 = (t.next_obs[..., k] for k in range(4))
    return -c1 - (c1 * c2 - s1 * s2)


environment = Environment(
    backends={"envpool": "Acrobot-v1", "gymnasium": "Acrobot-v1"},
    signals=(
        Signal("tip_height", "link lengths", "height of the tip above the pivot", _tip,
               low=-2.0, high=2.0),
        Signal("first_velocity", "rad/s", "angular velocity of the upper link",
               lambda t: t.next_obs[..., 4]),
        Signal("second_velocity", "rad/s", "angular velocity of the lower link against the upper",
               lambda t: t.next_obs[..., 5]),
    ),
    tasks=(
        Task("reach", "Swing the tip above the line, one link's length over the pivot.",
             fitness=lambda s: (s.tip_height > 1.0).astype(np.float32), reduce="max",
             unit="reached", human_reward=lambda s: s.simulator_reward, maximum=1.0, success=1.0,
             steps=40_000, settings={"hidden": (32, 32)}),
    ),
)
'''


@dataclass(frozen=True, slots=True)
class Written:
    """Rewards for one task: by hand as totals, and the terms of random sums."""

    steps: int
    """Environment steps of a policy here."""
    by_hand: tuple[str, ...]
    terms: tuple[str, ...]
    family: tuple[str, str]
    """Two terms: the family pays the first and, by half as much, the second."""
    suite: int = 0
    """How many files of `tests/rewards` take part."""


TASKS = {
    "cartpole": Written(
        steps=40_000,
        suite=10,
        by_hand=(
            "-np.ones_like(pole_angle)",
            "-1.0 * terminated",
            "np.abs(pole_angle)",
            "np.abs(cart_velocity)",
            "np.abs(pole_angle) < 0.05",
            "cart_position",
        ),
        terms=(
            "np.ones_like(pole_angle)",
            "np.abs(pole_angle) / 0.2",
            "np.abs(cart_position) / 2.4",
            "np.abs(cart_velocity)",
            "np.abs(pole_angular_velocity)",
            "1.0 * terminated",
            "np.cos(pole_angle)",
        ),
        family=("np.exp(-((pole_angle / 0.1) ** 2))", "-np.abs(cart_position)"),
    ),
    "mountain-car": Written(
        steps=40_000,
        suite=10,
        by_hand=(
            "np.abs(velocity)",
            "-np.ones_like(position)",
            "-height",
            "height + 100.0 * (position >= 0.5)",
            "mechanical_energy",
            "0.0 * position",
        ),
        terms=(
            "position",
            "height",
            "np.abs(velocity) / 0.07",
            "(position >= 0.5) * 10.0",
            "(velocity > 0) * 1.0",
            "(mechanical_energy - previous_mechanical_energy) / 0.0001",
            "(position > previous_position) * 1.0",
            "np.abs(position + 0.5)",
        ),
        family=("(mechanical_energy - previous_mechanical_energy) / 0.0001", "position"),
    ),
    "pendulum": Written(
        steps=80_000,
        suite=11,
        by_hand=(
            "-(angle**2) - 0.1 * angular_velocity**2 - 0.001 * torque**2",
            "np.abs(angular_velocity)",
            "-np.abs(torque)",
            "-cos_angle",
            "cos_angle",
        ),
        terms=(
            "cos_angle",
            "np.abs(angle)",
            "angular_velocity**2 / 10.0",
            "torque**2",
            "np.exp(-(angle**2))",
            "sin_angle",
        ),
        family=("cos_angle", "-0.02 * angular_velocity**2"),
    ),
    "acrobot": Written(
        steps=40_000,
        by_hand=(
            "tip_height",
            "-np.ones_like(tip_height)",
            "tip_height - previous_tip_height",
            "np.abs(first_velocity)",
            "-np.abs(second_velocity)",
            "-tip_height",
            "10.0 * (tip_height > 1.0) - 0.1",
            "0.1 * (tip_height > 0.5)",
        ),
        terms=(
            "tip_height",
            "tip_height - previous_tip_height",
            "np.abs(first_velocity) / 4.0",
            "np.abs(second_velocity) / 9.0",
            "(tip_height > 1.0) * 10.0",
            "np.ones_like(tip_height)",
            "(tip_height > 0.0) * 1.0",
        ),
        family=("tip_height", "np.abs(first_velocity) / 4.0"),
    ),
}


def task_environment(name: str) -> Environment:
    """The bundled environment, or acrobot, which only this benchmark has."""
    if name != "acrobot":
        return load_environment(name)
    return environment_from_specification({"name": name, "source": ACROBOT, "task": "reach"})


def rewards(name: str, bank: Bank, seed: int) -> dict[str, str]:
    """Sources by kind and number: suite, hand, random, family, composer."""
    written, environment = TASKS[name], task_environment(name)
    signals = _signals(environment)
    found = {f"hand{i}": _source(signals, total) for i, total in enumerate(written.by_hand)}
    rng = np.random.default_rng(seed)
    found |= {f"random{i}": _source(signals, _sum(written, rng)) for i in range(RANDOM)}
    first, second = written.family
    for index, shift in enumerate(SHIFTS):
        factor = 3.0 if index else 1.0
        total = f"{factor} * ({first} + {0.5 * (1 + shift):g} * ({second}))"
        found[f"family{index}"] = _source(signals, total)
    files = [f for f in sorted(SUITE.glob("*.py")) if f.read_text().startswith(_mark(name))]
    found |= {f"suite-{f.stem}": f.read_text() for f in files[: written.suite]}
    config = Config(candidates=COMPOSED, seed=seed)
    requests = plan_generation(Archive(), Brief.of(environment, bank), config, 0)
    proposals = Composer(seed=seed).propose(requests, lambda *_: None)
    found |= {f"composer{i}": p.source for i, (_, p) in enumerate(proposals)}
    return found


def _mark(name: str) -> str:
    return f"# environment: {name}\n"


def _signals(environment: Environment) -> list[str]:
    names = [signal.name for signal in environment.signals]
    return [*names, *(f"previous_{name}" for name in names), "terminated"]


def _source(signals: list[str], total: str) -> str:
    used = [name for name in signals if name in _words(total)]
    return f"def compute_reward({', '.join(used)}):\n    return 1.0 * ({total}), {{}}\n"


def _words(total: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in total).split())


def _sum(written: Written, rng: np.random.Generator) -> str:
    """One to three terms with random weights of either sign."""
    chosen = rng.choice(len(written.terms), rng.integers(1, 4), replace=False)
    weights = rng.choice([-1, 1], len(chosen)) * rng.choice([0.1, 0.3, 1.0, 3.0], len(chosen))
    pairs = zip(weights, chosen, strict=True)
    return " + ".join(f"{w} * ({written.terms[term]})" for w, term in pairs)
