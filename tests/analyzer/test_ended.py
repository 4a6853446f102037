"""Early ends: what they were, an event, a fall or bounds, and which component paid towards them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from rewardsmith.analyzer import base_on, diagnose, gather
from rewardsmith.analyzer.endings import ends_are_paid
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training

LENGTH = 50
T = np.arange(LENGTH)


def told(facts=RUNNER, **signals):
    """Findings of runners that the simulator ends after 50 of 200 steps, in their order."""
    training = Training()
    for k in range(6):
        columns = {"velocity": np.full(LENGTH, 0.5), "height": np.full(LENGTH, 0.9)}
        columns |= {name: make(k) for name, make in signals.items()}
        training.episode(
            k % 2,
            terminated=True,
            fitness=np.full(LENGTH, 0.01),
            action=0.5 * np.sin(T[:, None] / 3 + [0, 1]),
            components={"alive": np.ones(LENGTH), "dive": np.where(T >= LENGTH - 10, 0.7, 0.2)},
            **columns,
        )
    return diagnose(CANDIDATE, training.result, training.trajectories, facts).findings


def behind_the_end(found):
    """The finding behind `ends_early`."""
    names = [one.name for one in found]
    return found[names.index("ends_early") + 1]


def test_a_height_below_all_other_steps_is_a_fall_and_what_paid_towards_it_is_told():
    found = told(height=lambda k: np.where(T == LENGTH - 1, 0.3, 0.9))
    fell = behind_the_end(found)
    assert fell.name == "fell"
    assert fell.sentence.startswith(
        "At 6 of 6 recorded early ends height was below 0.9: seed 0, episode 0, at its last step "
        "50."
    )
    # 0.7 on the last ten steps and 0.2 on those before; alive is 1 on all
    assert fell.sentence.endswith(
        "What pays more towards the end is dive: +0.7 a step in the last 10, +0.2 before."
    )
    ends = next(one for one in found if one.name == "ends_early")
    assert "What pays more towards the end is dive" in ends.sentence


def test_a_height_that_sinks_before_the_end_is_a_fall_as_well():
    found = told(height=lambda k: np.linspace(0.9, 0.2 + 0.01 * k, LENGTH))
    assert behind_the_end(found).name == "fell"


def test_a_side_that_is_left_on_both_sides_or_declared_bounds_are_out_of_bounds():
    sides = told(heading=lambda k: (1 if k % 2 else -1) * np.linspace(0, 0.49, LENGTH))
    assert behind_the_end(sides).name == "out_of_bounds"
    facts = replace(RUNNER, bounds={"heading": (-0.4, 0.4)})
    declared = behind_the_end(told(facts, heading=lambda k: np.linspace(0, 0.49, LENGTH)))
    assert declared.name == "out_of_bounds"
    assert "leave the declared bounds of heading (-0.4 to 0.4)" in declared.sentence


def test_an_event_that_held_at_the_ends_is_what_they_were():
    facts = replace(RUNNER, events={"tipped": lambda s: s.heading > 1.0})
    found = told(facts, heading=lambda k: np.where(T == LENGTH - 1, 1.2, 0.0))
    tipped = behind_the_end(found)
    assert tipped.name == "tipped"
    assert tipped.sentence.startswith("6 of 6 recorded early ends are tipped: seed 0, episode 0")


@pytest.mark.parametrize("height", [0.9, 0.1])
def test_an_end_that_no_signal_tells_is_only_an_early_end(height):
    names = [one.name for one in told(height=lambda k: np.full(LENGTH, height))]
    assert "ends_early" in names
    assert not {"fell", "out_of_bounds"} & set(names)


def bank_of(lean):
    """A reward on simple policies' steps: what is paid for leaning, beside the speed."""
    rng = np.random.default_rng(0)
    episodes = []
    for k in range(20):
        speed = np.linspace(-1.0, 1.0, 50) * (1 + 0.1 * k) + 0.02 * rng.normal(size=50)
        episodes.append((speed, lean(speed, rng)))
    bank = SimpleNamespace(
        time_limit=None,
        episodes=[
            SimpleNamespace(steps=0.01 * s, length=50, fitness=float(s.sum()), signals={})
            for s, _ in episodes
        ],
        ranges={},
    )
    columns = {
        "speed": np.concatenate([s for s, _ in episodes]),
        "lean": np.concatenate([values for _, values in episodes]),
    }
    return base_on(bank, {"": columns["speed"] + columns["lean"], **columns})


@pytest.mark.parametrize(
    ("lean", "paid"),
    [
        (lambda speed, rng: speed + rng.normal(size=50), True),  # half of it is the speed's
        (lambda speed, rng: np.minimum(speed, 0.3), False),  # a speed that is capped
    ],
)
def test_an_end_is_paid_for_where_what_rises_towards_it_is_not_the_tasks(lean, paid):
    training = Training()
    for k in range(6):
        rising = np.where(T >= LENGTH - 10, 0.9, 0.5)
        training.episode(
            k % 2,
            terminated=True,
            fitness=np.full(LENGTH, 0.01),
            action=np.zeros((LENGTH, 2)),
            components={"speed": np.full(LENGTH, 0.2), "lean": rising},
            height=np.full(LENGTH, 0.9),
        )
    evidence = gather(training.result, training.trajectories, RUNNER)
    assert ends_are_paid(evidence, bank_of(lean)) == paid
