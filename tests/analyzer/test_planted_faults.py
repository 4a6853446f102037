"""The analyzer names a planted fault first or second, and is silent about sound trainings."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith.analyzer import diagnose
from tests.analyzer.synthetic import (
    CANDIDATE,
    CAR,
    POLE,
    RUNNER,
    Training,
    car,
    climb,
    pole,
    runner,
    swing,
)

FLAT = np.zeros(10)
RISING = np.linspace(0, 10, 10)


def falling_runner():
    training = Training()
    for k in range(12):
        runner(training, k % 2, length=40 + k, terminated=True)
    return training, RUNNER


def car_that_never_leaves():
    training = Training(curves={"fitness": FLAT})
    for _ in range(4):
        noise = 0.01 * np.sin(np.arange(200) / 5)
        car(training, position=-0.5 + noise, components={"speed": np.abs(np.gradient(noise))})
    return training, CAR


def runner_that_stalls():
    training = Training()
    t = np.arange(200)
    for k in range(4):
        velocity = np.where(t < 30 + k, 2.0, 0.0) * (1 - t / 300)
        still = np.where(t[:, None] < 30 + k, np.sin(t[:, None] / 3 + [0, 1]), 0.2)
        heading = np.where(t < 30 + k, 0.2 * np.sin(t / 4), 0.1)
        rows = {"speed": velocity, "effort": -0.05 * np.sum(still**2, axis=-1)}
        training.episode(
            0,
            fitness=velocity * 0.05,
            action=still,
            components=rows,
            velocity=velocity,
            height=np.where(t < 30 + k, 0.5 + 0.1 * np.sin(t / 3), 0.4),
            heading=heading,
        )
    return training, RUNNER


def car_that_swings_for_ever():
    training = Training(curves={"fitness": FLAT})
    for k in range(6):
        position = swing(200, amplitude=0.4 + 0.01 * k)
        car(training, k % 3, position=position, components=speed_squared(position))
    return training, CAR


def speed_squared(position):
    return {"speed": 50 * np.gradient(position) ** 2, "time": -0.01 * np.ones(len(position))}


def runner_that_spins():
    training = Training()
    t = np.arange(200)
    for _ in range(4):
        velocity = 0.5 * np.sin(t / 4)
        heading = (t * 0.15 + np.pi) % (2 * np.pi) - np.pi
        runner(training, velocity=velocity, heading=heading)
    return training, RUNNER


def saturated_runner():
    training = Training()
    for _ in range(4):
        t = np.arange(200)
        action = np.where(np.sin(t[:, None] / 9 + [0, 1]) > 0, 1.0, -1.0)
        velocity = 0.3 + 0.1 * training.rng.normal(size=200)
        runner(training, velocity=velocity, action=action)
    return training, RUNNER


def car_with_one_action():
    training = Training(curves={"fitness": FLAT})
    for k in range(4):
        t = np.arange(200)
        position = -0.5 + 0.35 * np.exp(-t / 60) * np.sin(t / 9 + k)
        car(training, position=position, action=np.full(200, 2))
    return training, CAR


def car_that_hovers():
    training = Training(curves={"fitness": FLAT})
    for k in range(6):
        t = np.arange(200)
        position = np.minimum(-0.5 + t / 60, 0.42 + 0.004 * np.sin(t / 3 + k))
        near = np.exp(-(((position - 0.45) / 0.3) ** 2))
        car(training, k % 2, position=position, components={"near": near, "time": -0.01})
    return training, CAR


def car_that_comes_near():
    """What a policy trained on the speed alone did: swings of 100 steps, up to 0.49 of 0.5."""
    training = Training(curves={"fitness": np.full(10, 0.1)})
    for k in range(6):
        position = swing(200, amplitude=0.82 + 0.01 * k, period=95, middle=-0.38)
        car(training, k % 2, position=position, components=speed_squared(position))
    return training, CAR


def dead_component():
    training = Training(component_means={"speed": RISING / 5, "bonus": FLAT})
    for _ in range(4):
        runner(
            training,
            components=lambda t, v, a: {"speed": v, "effort": -0.3 * a[:, 0] ** 2, "bonus": 0.0},
        )
    return training, RUNNER


def drowning_component():
    training = Training()
    for k in range(8):
        velocity = 0.2 * np.sin(np.arange(200) / 5 + k)
        runner(
            training,
            velocity=velocity,
            components=lambda t, v, a: {"speed": v, "posture": 300 * np.cos(t / 11)},
        )
    return training, RUNNER


def duplicate_components():
    training = Training()
    for _ in range(4):
        runner(
            training,
            components=lambda t, v, a: {
                "speed": v,
                "progress": 0.7 * v + 0.1,
                "effort": -0.5 * a[:, 0] ** 2,
            },
        )
    return training, RUNNER


def wrong_sign():
    training = Training(curves={"fitness": -RISING, "return": RISING * 3})
    for _ in range(6):
        velocity = -1.0 + 0.3 * np.sin(np.arange(200) / 3) + 0.05 * training.rng.normal(size=200)
        runner(
            training,
            velocity=velocity,
            components=lambda t, v, a: {"speed": -v, "effort": -0.02 * a[:, 0] ** 2},
        )
    return training, RUNNER


def survival_bonus():
    training = Training()
    for k in range(4):
        velocity = 0.05 * np.sin(np.arange(200) / 4 + k)
        runner(
            training,
            velocity=velocity,
            components=lambda t, v, a: {"alive": 1.0, "speed": 0.2 * v},
        )
    return training, RUNNER


def hacking():
    training = Training(
        curves={"fitness": np.linspace(8, 2, 10), "return": RISING * 30},
        component_means={"speed": np.linspace(0.5, 0.2, 10), "bounce": RISING},
    )
    for _ in range(4):
        t = np.arange(200)
        runner(
            training,
            velocity=0.2 + 0.05 * np.sin(t / 3),
            components=lambda t, v, a: {"speed": v, "bounce": 1 + np.cos(t / 5)},
        )
    return training, RUNNER


def solved_then_lost():
    fitness = np.array([1, 4, 8, 12, 15, 15, 10, 6, 4, 3.0])
    training = Training(curves={"fitness": fitness, "return": fitness * 2})
    for _ in range(4):
        runner(training, velocity=0.3 + 0.2 * np.sin(np.arange(200) / 3))
    return training, RUNNER


def exploding():
    training = Training()
    for _ in range(4):
        runner(training, components=lambda t, v, a: {"speed": np.exp(8 * v), "effort": -a[:, 0]})
    return training, RUNNER


def living_costs():
    training = Training()
    for k in range(12):
        pole(
            training,
            k % 3,
            length=20 + k,
            components=lambda t, angle: {"upright": -5 * np.abs(angle) - 0.1, "time": -1.0},
        )
    return training, POLE


def finishing_costs():
    training = Training(curves={"fitness": np.linspace(0, 0.4, 10)})
    for k in range(10):
        success = k % 5 < 2
        position = climb() if success else swing(200, amplitude=0.6)
        near = {"near": np.exp(position), "time": -0.01 * np.abs(position)}
        car(training, k % 2, position=position, success=success, components=near)
    return training, CAR


def no_signal():
    training = Training(curves={"fitness": FLAT, "return": FLAT}, component_means={"goal": FLAT})
    for k in range(4):
        t = np.arange(200)
        position = -0.5 + 0.1 * np.sin(t / 9 + k) * np.exp(-t / 400)
        car(training, position=position, components={"goal": 0.0})
    return training, CAR


def failed():
    training = Training(failures={7: "error: division by zero in line 3"})
    runner(training)
    return training, RUNNER


def costs_win():
    training = Training(
        curves={"fitness": FLAT},
        component_means={"effort": -np.linspace(1, 0.01, 10), "speed": np.full(10, 0.02)},
    )
    for k in range(4):
        action = 0.3 * np.sin(np.arange(200)[:, None] / 3 + [0, k])
        runner(
            training,
            velocity=0.2 * np.sin(np.arange(200) / 4),
            action=action,
            components=lambda t, v, a: {"speed": v, "effort": -np.sum(a**2, axis=-1)},
        )
    return training, RUNNER


def chattering():
    training = Training(curves={"fitness": np.full(10, 0.1)})
    for k in range(4):
        flips = np.where(np.arange(200) % 2, 0.5, -0.5)[:, None] * [1.0, -1.0]
        velocity = 0.8 * training.rng.normal(size=200)
        runner(
            training,
            k,
            velocity=velocity,
            action=flips,
            components=lambda t, v, a: {"speed": v, "level": 0.2 * np.cos(t / 5)},
        )
    return training, RUNNER


def uneven_seeds():
    training = Training(curves={"fitness": np.linspace(0, 0.5, 10)})
    for k in range(8):
        if k % 2:
            car(training, 1, position=climb(), success=True)
        else:
            position = -0.5 + 0.3 * np.sin(np.arange(200) / 14) * np.linspace(0.3, 1, 200)
            car(training, 0, position=position)
    return training, CAR


def no_gain():
    training = Training(curves={"fitness": np.full(10, 2.0), "return": RISING})
    for _ in range(4):
        runner(training, velocity=0.2 + 0.05 * training.rng.normal(size=200))
    return training, RUNNER


PLANTED = {
    "ends_early": falling_runner,
    "never_moved": car_that_never_leaves,
    "stalled": runner_that_stalls,
    "oscillating": car_that_swings_for_ever,
    "spinning": runner_that_spins,
    "saturated_actions": saturated_runner,
    "same_action": car_with_one_action,
    "hovering": car_that_hovers,
    "came_near": car_that_comes_near,
    "dead_component": dead_component,
    "drowning_component": drowning_component,
    "duplicate_components": duplicate_components,
    "wrong_sign": wrong_sign,
    "survival_bonus": survival_bonus,
    "hacking": hacking,
    "solved_then_lost": solved_then_lost,
    "exploding": exploding,
    "living_costs": living_costs,
    "finishing_costs": finishing_costs,
    "no_signal": no_signal,
    "failed": failed,
    "costs_win": costs_win,
    "chattering": chattering,
    "uneven_seeds": uneven_seeds,
    "no_gain": no_gain,
}


def diagnosis_of(planted):
    training, facts = planted()
    return diagnose(CANDIDATE, training.result, training.trajectories, facts)


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_named_first_or_second(fault):
    found = diagnosis_of(PLANTED[fault]).findings
    assert fault in [f.name for f in found[:2]], [(f.name, f.severity) for f in found]


@pytest.mark.parametrize(("size", "named"), [(0.1, False), (1000.0, True)])
def test_what_was_reached_late_is_exploding_only_where_it_drowns_the_rest(size, named):
    spreads = {"goal": tuple(np.geomspace(1e-8, size, 10))}
    means = {"speed": RISING, "goal": RISING}
    training = Training(component_means=means, component_spreads=spreads)
    for k in range(6):
        runner(training, k % 3, components=lambda t, v, a: {"speed": v, "goal": size * np.cos(t)})
    found = diagnosis_of(lambda: (training, RUNNER)).findings
    assert ("exploding" in [f.name for f in found]) == named


@pytest.mark.parametrize("fault", PLANTED)
def test_every_finding_quotes_numbers_and_none_is_long(fault):
    for finding in diagnosis_of(PLANTED[fault]).findings:
        assert any(character.isdigit() for character in finding.sentence), finding
        assert 0 < finding.severity <= 1
        assert len(finding.sentence) < 700


def sound_runner():
    training = Training(component_means={"speed": RISING / 6, "effort": np.full(10, -0.03)})
    for k in range(12):
        runner(training, k % 3)
    return training, RUNNER


def sound_runner_with_a_penalty_it_no_longer_pays():
    training = Training(component_means={"speed": RISING / 6, "fall": -np.linspace(5, 0, 10)})
    for k in range(6):
        runner(
            training,
            k % 3,
            components=lambda t, v, a: {"speed": v, "fall": 0.0, "effort": -0.3 * a[:, 0] ** 2},
        )
    return training, RUNNER


def sound_runner_that_is_paid_to_live():
    training = Training()
    for k in range(6):
        runner(
            training,
            k % 3,
            components=lambda t, v, a: {"speed": v, "alive": 1.0, "lean": 0.3 * np.cos(t / 3)},
        )
    runner(
        training,
        length=150,
        terminated=True,
        components=lambda t, v, a: {"speed": v, "alive": 1.0, "lean": 0.3 * np.cos(t / 3)},
    )
    return training, RUNNER


def sound_pole():
    training = Training(curves={"fitness": np.linspace(20, 500, 10)})
    for k in range(10):
        pole(training, k % 5)
    return training, POLE


def sound_pole_with_plain_one():
    training = Training(curves={"fitness": np.linspace(20, 500, 10)})
    for k in range(10):
        pole(training, k % 5, length=500 if k else 490, components=lambda t, a: {"alive": 1.0})
    return training, POLE


def sound_pole_that_learned_all_from_plain_one():
    lengths = np.linspace(20, 500, 10)
    training = Training(curves={"fitness": lengths, "length": lengths})
    for k in range(10):
        pole(training, k % 5, components=lambda t, a: {"alive": 1.0})
    return training, POLE


def sound_car():
    training = Training(curves={"fitness": np.linspace(0, 1, 10)})
    for k in range(10):
        car(training, k % 5, position=climb(100 + k), success=True)
    return training, CAR


def sound_car_with_a_bonus_at_the_goal():
    training = Training(curves={"fitness": np.linspace(0, 1, 10)})
    for k in range(10):
        position = climb(100 + k)
        bonus = np.where(np.arange(100 + k) == 99 + k, 100.0, 0.0)
        car(
            training,
            k % 5,
            position=position,
            success=True,
            components={"energy": np.sin(3 * position), "goal": bonus},
        )
    return training, CAR


def sound_effort_with_a_negative_fitness():
    """A fitness below 0 that has no maximum: what is left of a distance."""
    training = Training(curves={"fitness": np.linspace(-200, -40, 10)})
    for k in range(6):
        t = np.arange(200)
        left = 2 * np.exp(-t / 20) + 0.02 * np.abs(np.sin(t / 9 + k))
        action = np.clip(0.5 * np.cos(t[:, None] / 7 + [0, 1]), -1, 1)
        training.episode(
            k % 2,
            fitness=-left,
            action=action,
            components={"near": np.exp(-left), "effort": -0.05 * action[:, 0] ** 2},
            velocity=-np.gradient(left),
            height=0.5 + 0.1 * np.sin(t / 5),
            heading=0 * left,
        )
    return training, RUNNER


def sound_noisy_learning():
    training = Training(
        curves={
            "fitness": np.array([0, 3, 2, 5, 9, 7, 12, 11, 14, 13.0]),
            "return": np.array([0, 5, 4, 9, 14, 12, 20, 21, 22, 23.0]),
        }
    )
    for k in range(6):
        runner(training, k % 3)
    return training, RUNNER


def sound_gait_that_swings():
    training = Training()
    for k in range(6):
        t = np.arange(200)
        runner(training, k % 3, velocity=1.0 + 0.9 * np.sin(t / 2), heading=np.sin(t / 2))
    return training, RUNNER


SOUND = [
    sound_runner,
    sound_runner_with_a_penalty_it_no_longer_pays,
    sound_runner_that_is_paid_to_live,
    sound_pole,
    sound_pole_with_plain_one,
    sound_pole_that_learned_all_from_plain_one,
    sound_car,
    sound_car_with_a_bonus_at_the_goal,
    sound_effort_with_a_negative_fitness,
    sound_noisy_learning,
    sound_gait_that_swings,
]


@pytest.mark.parametrize("sound", SOUND)
def test_a_sound_training_raises_nothing(sound):
    assert diagnosis_of(sound).findings == ()
