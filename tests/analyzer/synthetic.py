"""Trainings that never happened: episodes with planted faults, in the trainer's own form."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rewardsmith.analyzer import EnvironmentFacts
from rewardsmith.backends import ActionSpace
from rewardsmith.records import Candidate, ComponentCurve, Episode, MemberResult, TrainResult

CANDIDATE = Candidate(id="g00-c00", source="", operator="initial", generation=0, index=0)
STEPS = tuple(range(1000, 10_001, 1000))

RUNNER = EnvironmentFacts(
    time_limit=200,
    unit="m",
    action_space=ActionSpace(shape=(2,), low=(-1.0, -1.0), high=(1.0, 1.0)),
    ranges={"velocity": (-2.0, 4.0), "height": (0.0, 1.0), "heading": (-3.2, 3.2)},
    units={"velocity": "m/s", "height": "m", "heading": "rad"},
)
CAR = EnvironmentFacts(
    time_limit=200,
    maximum=1.0,
    success=1.0,
    action_space=ActionSpace(count=3),
    ranges={"position": (-1.2, 0.6), "velocity": (-0.07, 0.07)},
    units={"position": "m", "velocity": "m/s"},
    goal={"position": (0.5, 0.52)},
)
POLE = EnvironmentFacts(
    time_limit=500,
    maximum=500.0,
    action_space=ActionSpace(count=2),
    ranges={"angle": (-0.21, 0.21), "cart": (-2.4, 2.4)},
    units={"angle": "rad", "cart": "m"},
)


@dataclass
class Training:
    """Collects episodes by seed and curves, and gives what the trainer would."""

    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    seeds: dict = field(default_factory=dict)
    curves: dict = field(default_factory=dict)
    component_means: dict = field(default_factory=dict)
    component_spreads: dict = field(default_factory=dict)
    failures: dict = field(default_factory=dict)
    mean_length: float | None = None

    def episode(
        self, seed, *, terminated=False, fitness, action, components, score=None, **signals
    ):
        """Add one episode of `seed`; `fitness` is a step's, `score` the episode's."""
        length = len(fitness)
        columns = {k: np.broadcast_to(np.asarray(v, float), length) for k, v in components.items()}
        total = sum(columns.values(), np.zeros(length))
        episodes, rows = self.seeds.setdefault(seed, ([], []))
        rows.append(
            {
                **{k: np.asarray(v, np.float32) for k, v in signals.items()},
                **{f"component_{k}": v for k, v in columns.items()},
                "action": np.asarray(action),
                "terminated": np.arange(length) == (length - 1 if terminated else -1),
                "truncated": np.arange(length) == (-1 if terminated else length - 1),
                "episode_step": np.arange(length),
                "total": total,
                "fitness": np.asarray(fitness, float),
                "episode": np.full(length, len(episodes)),
            }
        )
        worth = float(np.sum(fitness)) if score is None else score
        episodes.append(
            Episode(fitness=worth, length=length, terminated=terminated, reward=float(total.sum()))
        )

    def member(self, seed):
        episodes, _ = self.seeds[seed]
        curve = self.curves.get("fitness", np.linspace(0, episodes[0].fitness, 10))
        returns = self.curves.get("return", np.linspace(0, 10, 10))
        lengths = self.curves.get("length", (self.mean_length,) * 10)
        components = [
            ComponentCurve(
                name=name,
                mean=tuple(float(v) for v in mean),
                share=(1 / len(self.component_means),) * 10,
                spread=self.component_spreads.get(
                    name, (0.0,) * 10 if not np.any(mean) else (0.1,) * 10
                ),
                positive=(1.0,) * 10,
            )
            for name, mean in self.component_means.items()
        ]
        return MemberResult(
            reward=CANDIDATE.id,
            seed=seed,
            steps=10_000,
            fitness=float(np.mean([e.fitness for e in episodes])),
            episodes=tuple(episodes),
            curve_steps=STEPS,
            curve_fitness=tuple(float(v) for v in curve),
            curve_return=tuple(float(v) for v in returns),
            curve_length=tuple(lengths),
            components=tuple(components),
        )

    @property
    def result(self):
        members = [self.member(seed) for seed in self.seeds]
        members += [
            MemberResult(reward=CANDIDATE.id, seed=seed, steps=10, failure=text)
            for seed, text in self.failures.items()
        ]
        return TrainResult(reward=CANDIDATE.id, purpose="selection", members=tuple(members))

    @property
    def trajectories(self):
        return {
            seed: {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
            for seed, (_, rows) in self.seeds.items()
        }


def runner(
    training,
    seed=0,
    *,
    velocity=None,
    length=200,
    terminated=False,
    action=None,
    heading=None,
    components=None,
):
    """An episode of something that should run forward; fitness is the distance of each step."""
    rng, t = training.rng, np.arange(length)
    if velocity is None:
        velocity = 1.5 + 0.4 * np.sin(t / 3) + 0.1 * rng.normal(size=length)
    if action is None:
        action = np.clip(0.6 * np.sin(t[:, None] / 3 + [0, 1]), -1, 1)
    if heading is None:
        heading = 0.1 * np.sin(t / 7)
    effort = -0.05 * np.sum(action**2, axis=-1)
    chosen = {"speed": velocity, "effort": effort} if components is None else components
    training.episode(
        seed,
        terminated=terminated,
        fitness=velocity * 0.05,
        action=action,
        components=chosen(t, velocity, action) if callable(chosen) else chosen,
        velocity=velocity,
        height=0.5 + 0.05 * np.sin(t / 3) - (0.4 * t / length if terminated else 0),
        heading=heading,
    )


def car(training, seed=0, *, position, success=False, action=None, components=None):
    """An episode of the mountain car: fitness 1 where it reaches the goal, which ends it."""
    velocity = np.gradient(position)
    fitness = np.zeros(len(position))
    fitness[-1] = float(success)
    if action is None:
        action = np.where(velocity > 0, 2, 0)
    if components is None:
        components = {"energy": np.sin(3 * position) * 0.0025 + 0.5 * velocity**2, "time": -0.001}
    training.episode(
        seed,
        terminated=success,
        fitness=fitness,
        action=action,
        components=components,
        position=position,
        velocity=velocity,
    )


def swing(length, *, amplitude=0.5, period=40, middle=-0.5):
    return middle + amplitude * np.sin(2 * np.pi * np.arange(length) / period)


def climb(length=110):
    """Position of a car that swings higher and higher and reaches 0.5 with its last step."""
    t = np.arange(length)
    height = np.linspace(0.05, 1.0, length)
    return -0.5 + height * np.sin(2 * np.pi * (t - (length - 1)) / 40 + np.pi / 2)


def pole(training, seed=0, *, length=500, components=None):
    """An episode of the balanced pole: fitness 1 a step, ended by a fall."""
    t = np.arange(length)
    angle = 0.02 * np.sin(t / 3) + (0.2 * t / length if length < 500 else 0)
    training.episode(
        seed,
        terminated=length < 500,
        fitness=np.ones(length),
        action=(np.sin(t * 1.3) > 0).astype(int),
        components=components(t, angle) if components else {"alive": 1.0, "lean": -(angle**2)},
        angle=angle,
        cart=0.1 * np.sin(t / 20),
    )
