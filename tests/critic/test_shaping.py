"""Loops and shaping on an 8 × 8 grid whose goal is a corner, and on small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith.bank import BankEpisode
from rewardsmith.critic.behaviour import Trial
from rewardsmith.critic.distance import StateFeatures
from rewardsmith.critic.shaping import Path, find_loop, fit_potential, loop_finding

SIZE = 8
GOAL = SIZE * SIZE - 1
MOVES = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])
DISCOUNT = 0.99


def walk(rng, *, towards, limit=200):
    """States of a walk from a random cell that goes towards the goal with that chance."""
    place = rng.integers(0, SIZE, 2)
    states = [int(place @ (SIZE, 1))]
    while states[-1] != GOAL and len(states) <= limit:
        move = MOVES[rng.integers(2) if rng.random() < towards else rng.integers(4)]
        place = np.clip(place + move, 0, SIZE - 1)
        states.append(int(place @ (SIZE, 1)))
    return np.array(states)


@pytest.fixture(scope="module")
def walks():
    rng = np.random.default_rng(0)
    found = [walk(rng, towards=share) for share in (0.0, 0.3, 0.7) for _ in range(40)]
    return [states for states in found if len(states) > 1]


def tabular(states, rewards):
    """A walk with one feature for each cell."""
    before, after = np.eye(SIZE * SIZE)[states[:-1]], np.eye(SIZE * SIZE)[states[1:]]
    after[states[1:] == GOAL] = 0
    places = np.stack(np.divmod(states[:-1], SIZE), axis=1) / 2.3
    return Path(before, after, places, rewards, states[-1] == GOAL)


def goal_reward(states):
    return (states[1:] == GOAL).astype(float)


def shaping(states, potential):
    potential = np.where(np.arange(SIZE * SIZE) == GOAL, 0.0, potential)
    return DISCOUNT * potential[states[1:]] - potential[states[:-1]]


def crossing(states):
    """+1 for a step from the left half into the right one: back costs nothing."""
    columns = states % SIZE
    return ((columns[:-1] < SIZE // 2) & (columns[1:] >= SIZE // 2)).astype(float)


def test_a_line_that_pays_for_crossing_is_a_loop_that_beats_the_goal(walks):
    paths = [tabular(s, goal_reward(s) + crossing(s)) for s in walks]
    loop = find_loop(paths, DISCOUNT)
    assert loop is not None
    # Over the line and back: 1 every other step, discounted 1 / (1 - 0.99²) = 50, less at first.
    states = walks[loop.path]
    assert crossing(states)[loop.start : loop.start + loop.length].sum() >= 1
    assert 10 < loop.gain < 50


def test_the_same_line_is_harmless_where_the_goal_pays_much_more(walks):
    paths = [tabular(s, 1000 * goal_reward(s) + crossing(s)) for s in walks]
    assert find_loop(paths, DISCOUNT) is None


@pytest.mark.parametrize("base", ["goal", "step"])
def test_twenty_random_potentials_raise_no_alarm(walks, base):
    rng = np.random.default_rng(1)
    for scale in np.geomspace(0.1, 100, 20):
        potential = rng.normal(rng.normal(), 1, SIZE * SIZE) * scale
        paths = [
            tabular(s, (goal_reward(s) if base == "goal" else -1.0) + shaping(s, potential))
            for s in walks
        ]
        assert find_loop(paths, DISCOUNT) is None


def test_the_loop_is_still_found_under_random_potentials(walks):
    rng = np.random.default_rng(2)
    for _ in range(5):
        potential = rng.normal(0, 1, SIZE * SIZE)
        paths = [tabular(s, goal_reward(s) + crossing(s) + shaping(s, potential)) for s in walks]
        assert find_loop(paths, DISCOUNT) is not None


def test_without_a_path_that_succeeds_nothing_is_said(walks):
    failed = [s for s in walks if s[-1] != GOAL]
    assert find_loop([tabular(s, crossing(s)) for s in failed], DISCOUNT) is None


def test_true_shaping_is_explained_and_random_rewards_are_not(walks):
    rng = np.random.default_rng(3)
    paths = [tabular(s, goal_reward(s)) for s in walks]
    features = StateFeatures(
        np.concatenate([p.before for p in paths]), np.concatenate([p.after for p in paths])
    )
    for _ in range(20):
        potential = rng.normal(0, 1, SIZE * SIZE)
        pure = np.concatenate([shaping(s, potential) for s in walks])
        assert fit_potential(pure, features, DISCOUNT).explained > 0.99
        # One number for each cell and next cell, as a reward has it.
        table = rng.normal(0, 1, (SIZE * SIZE, SIZE * SIZE))
        drawn = np.concatenate([table[s[:-1], s[1:]] for s in walks])
        assert fit_potential(drawn, features, DISCOUNT).explained < 0.5


def test_a_potential_by_hand():
    # Two states a, b: a -> b pays 0.9 * 2 - 1 = 0.8, b -> end pays 0 - 2; Φ = (1, 2).
    features = StateFeatures(np.eye(2), np.array([[0.0, 1.0], [0.0, 0.0]]))
    fit = fit_potential(np.array([0.8, -2.0]), features, 0.9)
    np.testing.assert_allclose(fit.potential, [1, 2])
    np.testing.assert_allclose(fit.rest, 0, atol=1e-12)
    assert fit.explained == pytest.approx(1)
    assert fit_potential(np.zeros(2), features).explained == 0


def corridor(steps, *, ended):
    """Positions along a line as an episode: 1 is the goal."""
    position = np.array(steps, dtype=np.float32)
    signals = {
        "position": position[1:],
        "previous_position": position[:-1],
        "terminated": np.arange(len(position) - 1) == (len(position) - 2 if ended else -1),
    }
    return BankEpisode(signals=signals, fitness=float(ended), terminated=ended, policy="sine")


@pytest.fixture
def corridors():
    there = [0.1 * step for step in range(11)]
    to_and_fro = [0.1 * (2 + step % 2) for step in range(41)]
    return [corridor(there[k % 3 :], ended=True) for k in range(12)] + [
        corridor(to_and_fro, ended=False) for _ in range(12)
    ]


def judged(episodes, reward, success=1.0):
    total = np.concatenate([reward(episode.signals) for episode in episodes]).astype(float)
    return loop_finding(Trial.of(episodes, total), success)


def test_paying_for_every_step_to_the_right_is_told_with_the_loop(corridors):
    def right(s):
        return s["position"] > s["previous_position"]

    found = judged(corridors, right)
    assert found is not None
    assert found.warning
    assert found.rule == "loop"
    # To and fro pays 1 every other step, 0.5 each; an episode that succeeds 10, 9 or 8 steps.
    assert "`sine`" in found.message
    assert "pay 0.5 each" in found.message
    assert "a whole episode that succeeds 9;" in found.message


def test_paying_for_progress_as_a_difference_is_no_loop(corridors):
    assert judged(corridors, lambda s: s["position"] - s["previous_position"]) is None
    assert judged(corridors, lambda s: -np.ones(len(s["position"]))) is None


def test_a_task_that_does_not_end_in_success_has_no_loops(corridors):
    def right(s):
        return s["position"] > s["previous_position"]

    assert judged(corridors, right, success=2.0) is None
    failures = [
        BankEpisode(signals=e.signals, fitness=1 - e.fitness, terminated=e.terminated)
        for e in corridors
    ]
    assert judged(failures, right, success=None) is None
