"""A person's own recording as a bank."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith.bank_file import bank_from_file
from rewardsmith.errors import UsageError
from rewardsmith.signals import Signal


def write(tmp_path, **arrays):
    path = tmp_path / "transitions.npz"
    np.savez(path, **arrays)
    return path


def test_two_episodes_in_time_order(tmp_path):
    path = write(
        tmp_path,
        speed=np.array([1.0, 2.0, 4.0, 8.0, 9.0]),
        action=np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]),
        obs=np.zeros((5, 3)),
        episode_step=np.array([0, 1, 2, 0, 1]),
        terminated=np.array([False, False, True, False, False]),
        fitness=np.array([0.5, 0.5, 1.0, 2.0, 3.0]),
    )
    bank = bank_from_file(path, (Signal("speed", "m/s", "speed", lambda t: t.obs, high=20.0),))
    assert bank.rows == 5
    assert bank.observation_shape == (3,)
    assert bank.transitions["speed"].dtype == np.float32
    # Before the first step of an episode nothing changes, and no action was taken.
    assert bank.transitions["previous_speed"].tolist() == [1.0, 1.0, 2.0, 8.0, 8.0]
    assert bank.transitions["previous_action"].ravel().tolist() == [0.0, 1.0, 2.0, 0.0, 4.0]
    assert [(e.length, e.fitness, e.terminated) for e in bank.episodes] == [
        (3, 2.0, True),
        (2, 5.0, False),
    ]
    assert bank.episodes[1].signals["speed"].tolist() == [8.0, 9.0]
    assert bank.ranges["speed"][1] == 20.0
    assert bank.extremes["speed"] == (1.0, 9.0)


def test_rows_without_episodes(tmp_path):
    bank = bank_from_file(write(tmp_path, speed=np.ones(4)))
    assert bank.rows == 4
    assert bank.episodes == ()
    assert list(bank.transitions) == ["speed"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"speed": np.ones(3), "height": np.ones(2)}, "same number of rows"),
        ({"speed": np.ones(0)}, "same number of rows"),
        ({"speed": np.array(["fast"])}, "no array of numbers"),
        ({"my speed": np.ones(3)}, "no array of numbers"),
        ({}, "holds no signal"),
        ({"height": np.ones(3)}, "'speed' is missing"),
        ({"speed": np.ones((3, 2))}, r"'speed' has shape \(2,\) a row, expected \(\)"),
        ({"speed": np.ones(3), "fitness": np.ones(3)}, "needs an `episode_step`"),
    ],
)
def test_what_is_wrong_with_a_recording_is_said(tmp_path, arrays, message):
    signals = (Signal("speed", "m/s", "speed", lambda t: t.obs),)
    with pytest.raises(UsageError, match=message):
        bank_from_file(write(tmp_path, **arrays), signals)


def test_no_object_is_ever_unpickled(tmp_path):
    path = tmp_path / "evil.npz"
    np.savez(path, speed=np.array([{"a": 1}], dtype=object))
    with pytest.raises(UsageError, match=r"no \.npz of plain arrays"):
        bank_from_file(path)
