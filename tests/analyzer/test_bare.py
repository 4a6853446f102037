"""Environments that declare few signals: the bare observation tells what the agent did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rewardsmith.analyzer import diagnose
from rewardsmith.analyzer.episodes import EpisodeRows
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training

T = np.arange(200)
FACTS = replace(RUNNER, units={}, ranges={"next_obs": (np.full(2, -1.0), np.full(2, 1.0))})


def told(*, facts=FACTS, fitness=0.0, **signals):
    training = Training()
    for k in range(4):
        training.episode(
            k % 2,
            fitness=np.full(200, fitness),
            action=0.5 * np.sin(T[:, None] / 3 + [0, 1]),
            components={"low": np.full(200, 0.1)},
            **signals,
        )
    found = diagnose(CANDIDATE, training.result, training.trajectories, facts).findings
    return {one.name: one.sentence for one in found}


def test_standing_and_moving_are_told_from_observations_alone():
    still = told(next_obs=np.zeros((200, 2)))
    assert "never_moved" in still
    moved = told(next_obs=np.stack([np.minimum(T / 100, 0.9), np.zeros(200)], axis=1))
    assert "next_obs[0] 0.9" in moved["stalled"]


def test_where_enough_signals_are_declared_the_observation_is_none_of_them():
    columns = {name: np.zeros(3) for name in ("a", "b", "c")}
    rows = EpisodeRows(0, 0, {**columns, "next_obs": np.zeros((3, 2))}, None)
    assert list(rows.scalars) == ["a", "b", "c"]


def test_an_observation_that_a_signal_tells_already_is_not_told_twice():
    place = np.arange(3.0)
    observation = np.stack([place, -place], axis=1)
    rows = EpisodeRows(0, 0, {"place": place, "next_obs": observation}, None)
    assert list(rows.scalars) == ["place", "next_obs[1]"]


def test_an_angle_told_by_its_cosine_and_sine_spins():
    # 200 steps of 0.1 rad are 3.2 turns, less the first step
    angle = 0.1 * T
    facts = replace(RUNNER, units={"cos_yaw": "", "sin_yaw": ""}, ranges={})
    found = told(facts=facts, cos_yaw=np.cos(angle), sin_yaw=np.sin(angle))
    assert "the angle of cos_yaw and sin_yaw makes 3.2 turns one way" in found["spinning"]
