"""A person's own recording as a bank."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith import Environment, bank_file, check, evolve, train
from rewardsmith.bank_file import bank_from_file, recorded_environment
from rewardsmith.errors import EnvironmentUnavailable, UsageError
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
        ({"height": np.ones(3)}, "'speed' is missing; there is height"),
        ({"sped": np.ones(3)}, "'speed' is missing; did you mean sped"),
        ({"speed": np.array([1.0, np.nan, 1.0])}, "'speed' is not finite in 1 places.* row 1"),
        ({"speed": np.array([1.0, 1e300])}, "'speed' is not finite"),
        ({"speed": np.ones((3, 0))}, "no array of numbers"),
        ({"speed": np.ones(3, dtype=complex)}, "no array of numbers"),
        ({"speed": np.ones(3), "terminated": np.ones((3, 2))}, "'terminated' has one number a row"),
        (
            {
                "speed": np.ones(3),
                "episode_step": np.arange(3),
                "fitness": np.array([1.0, np.inf, 1.0]),
            },
            "'fitness' is not finite",
        ),
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


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"PK\x03\x04" + b"\0" * 40,
        b"speed,height\n1,2\n",
        bytes(range(256)) * 20,
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
    ],
    ids=lambda data: repr(data[:8]),
)
def test_junk_is_refused_in_one_sentence(tmp_path, data):
    path = tmp_path / "junk.npz"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"junk\.npz is no \.npz of plain arrays"):
        bank_from_file(path)
    with pytest.raises(UsageError, match=r"junk\.npz is no \.npz of plain arrays"):
        recorded_environment(path)


def test_a_recording_with_some_bytes_changed_is_read_or_refused(tmp_path):
    path = write(tmp_path, speed=np.arange(64.0), action=np.ones((64, 2)))
    sound = path.read_bytes()
    rng = np.random.default_rng(0)
    read = refused = 0
    for _ in range(200):
        broken = bytearray(sound)
        for place in rng.integers(0, len(sound), rng.integers(1, 5)):
            broken[place] = rng.integers(256)
        path.write_bytes(broken)
        try:
            bank = bank_from_file(path)
        except UsageError:
            refused += 1
        else:
            read += 1
            np.testing.assert_array_equal(bank.transitions["speed"], np.arange(64.0))
    assert read
    assert refused


def test_an_array_whose_header_lies_about_its_size_is_refused(tmp_path):
    import zipfile

    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    padded = header + b" " * (117 - len(header)) + b"\n"
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("speed.npy", b"\x93NUMPY\x01\x00v\x00" + padded)
    with pytest.raises(UsageError, match=r"no \.npz of plain arrays"):
        bank_from_file(path)


def test_a_recording_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path, speed=np.zeros(10_000))
    monkeypatch.setattr(bank_file, "MOST_BYTES", 1 << 16)
    with pytest.raises(UsageError, match="leave rows out"):
        bank_from_file(path)


def test_what_ends_an_episode_gives_its_steps_and_the_other_end(tmp_path):
    path = write(
        tmp_path,
        speed=np.array([1.0, 2.0, 3.0, 4.0, 5.0]),
        terminated=np.array([0, 1, 0, 0, 0]),
        truncated=np.array([0, 0, 0, 1, 0]),
    )
    bank = bank_from_file(path)
    assert bank.transitions["episode_step"].tolist() == [0, 1, 0, 1, 0]
    assert bank.transitions["previous_speed"].tolist() == [1.0, 1.0, 3.0, 3.0, 5.0]
    assert bank.transitions["terminated"].dtype == np.bool_
    only = write(
        tmp_path,
        speed=np.ones(4),
        episode_step=np.array([0, 1, 0, 1]),
        truncated=np.array([0, 0, 0, 1]),
    )
    assert bank_from_file(only).transitions["terminated"].tolist() == [False, True, False, False]


def test_of_a_long_recording_some_rows_are_judged_and_all_episodes(tmp_path):
    steps = np.arange(5_000) % 100
    path = write(tmp_path, speed=steps * 1.0, episode_step=steps, fitness=np.ones(5_000))
    bank = bank_from_file(path)
    assert bank.rows == 2_048
    assert len(bank.episodes) == 50
    assert sum(episode.length for episode in bank.episodes) == 5_000


def recording(tmp_path):
    rng = np.random.default_rng(0)
    return write(
        tmp_path,
        gripper_height=rng.uniform(0, 0.5, 300),
        wrist_force=rng.normal(size=(300, 3)),
        terminated=np.arange(300) % 50 == 49,
        reward=np.ones(300),
    )


SOUND = """
def compute_reward(gripper_height, previous_gripper_height, wrist_force):
    lift = gripper_height - previous_gripper_height
    gentle = -0.01 * np.linalg.norm(wrist_force, axis=-1)
    return lift + gentle, {"lift": lift, "gentle": gentle}
"""


def test_an_environment_of_declared_signals_and_a_recording_judges_a_reward(tmp_path):
    path = recording(tmp_path)
    environment = Environment(
        signals=(
            Signal("gripper_height", "m", "height of the gripper"),
            Signal("wrist_force", "N", "force at the wrist", shape=(3,)),
        ),
        tasks=(),
        bank=str(path),
    )
    verdict = check(SOUND, environment)
    assert verdict.passed
    assert verdict.components == ("lift", "gentle")
    wrong = check(SOUND.replace("gripper_height", "gripper_hight"), environment)
    assert any("did you mean gripper_height" in reason.message for reason in wrong.reasons)
    (unknown,) = check(SOUND.replace("wrist_force", "next_obs"), environment).reasons
    assert unknown.rule == "signal"


def test_what_needs_a_simulator_says_so_of_a_recording(tmp_path):
    environment = recorded_environment(recording(tmp_path))
    assert [s.name for s in environment.signals] == ["gripper_height", "wrist_force"]
    with pytest.raises(EnvironmentUnavailable, match="a recording without a simulator"):
        train("fitness", environment)
    with pytest.raises(EnvironmentUnavailable, match="a recording without a simulator"):
        list(evolve(environment, run=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_an_environment_made_in_python_says_how_it_is_trained():
    environment = Environment(
        signals=(Signal("a", "", "a", lambda t: t.obs),),
        tasks=(),
        backends={"gymnasium": "CartPole-v1"},
    )
    with pytest.raises(UsageError, match=r"save it as environments/NAME\.py"):
        train("fitness", environment)


def test_recorded_rewards_are_signals_only_where_they_are_wanted(tmp_path):
    path = recording(tmp_path)
    source = "def compute_reward(reward, gripper_height):\n    return reward * gripper_height, {}\n"
    (reason,) = check(source, recorded_environment(path)).reasons
    assert "`reward` is not a signal" in reason.message
    assert check(source, recorded_environment(path, ("reward",))).passed
