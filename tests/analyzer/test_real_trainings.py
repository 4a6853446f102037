"""The same, on policies that were really trained with faulty and with sound rewards.

The analyzer's thresholds were chosen with most of these rewards in sight, so passing here is no
rate for rewards that it has not seen.  What a faulty reward leads to hangs on the settings,
too: with other ones |velocity| solved the mountain car, and is no case here for that reason.
"""

from __future__ import annotations

import pytest

from rewardsmith import api
from rewardsmith.analyzer import base_of, diagnose, load_trajectories, task_facts
from rewardsmith.environments import load_environment
from rewardsmith.exporters import computed_in
from rewardsmith.records import Candidate
from rewardsmith.workshop import Workshop

FAULTY = [
    ("cartpole", 40_000, "pole_angle", {"lean": "-1 - np.abs(pole_angle)"}, "living_costs"),
    ("pendulum", 60_000, "angular_velocity", {"spin": "np.abs(angular_velocity)"}, "spinning"),
    ("half-cheetah", 60_000, "forward_velocity", {"speed": "-forward_velocity"}, "wrong_sign"),
    (
        "half-cheetah",
        120_000,
        "forward_velocity, action",
        {"speed": "0.01 * forward_velocity", "effort": "-np.sum(action**2, axis=-1)"},
        "costs_win",
    ),
    (
        "hopper",
        60_000,
        "forward_velocity",
        {"alive": "np.ones_like(forward_velocity)", "speed": "0.05 * forward_velocity"},
        "survival_bonus",
    ),
]
SOUND = [
    ("cartpole", 40_000, "pole_angle", {"upright": "np.cos(pole_angle)"}),
    (
        "mountain-car",
        40_000,
        "mechanical_energy, previous_mechanical_energy",
        {"gain": "1000 * (mechanical_energy - previous_mechanical_energy)"},
    ),
    ("half-cheetah", 60_000, "forward_velocity", {"speed": "forward_velocity"}),
]


@pytest.fixture(scope="module")
def workshop():
    with Workshop(workers=2) as shop:
        yield shop


def diagnosis_of(workshop, folder, case):
    name, steps, signals, components = case
    parts = "".join(f"    {key} = {code}\n" for key, code in components.items())
    named = ", ".join(f'"{key}": {key}' for key in components)
    source = (
        f"def compute_reward({signals}):\n{parts}    return {' + '.join(components)}, {{{named}}}\n"
    )
    environment = load_environment(name)
    result = api.train(
        source, environment, seeds=(0, 1), steps=steps, folder=folder, workshop=workshop
    )
    candidate = Candidate(id="g00-c00", source=source, operator="initial", generation=0, index=0)
    bank = workshop.bank(environment)
    facts, base = (
        task_facts(environment, bank),
        base_of(source, bank, computed_in(workshop.rewards)),
    )
    return diagnose(candidate, result, load_trajectories(folder, result), facts, base)


@pytest.mark.long
@pytest.mark.parametrize("case", FAULTY, ids=lambda case: f"{case[0]}-{case[-1]}")
def test_a_fault_is_named_first_or_second(workshop, tmp_path, case):
    found = diagnosis_of(workshop, tmp_path, case[:-1]).findings
    assert case[-1] in [f.name for f in found[:2]], [(f.name, f.severity) for f in found]


@pytest.mark.long
@pytest.mark.parametrize("case", SOUND, ids=lambda case: case[0])
def test_a_sound_reward_raises_nothing(workshop, tmp_path, case):
    assert diagnosis_of(workshop, tmp_path, case).findings == ()
