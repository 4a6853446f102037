"""Signals: what a block's values are, and what they were before."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsmith.errors import EnvironmentUnavailable, UsageError
from rewardsmith.signals import Signal, SignalReader, Transitions, as_signal

HEIGHT = Signal("height", "m", "first number of the observation", lambda t: t.next_obs[..., 0])
SPEED = Signal("speed", "m/s", "entry of info", lambda t: t.info["speed"])
BOTH = Signal("both", "", "two numbers", lambda t: t.next_obs[..., :2], shape=(2,))
CHANGE = Signal(
    "change", "m", "change of the observation", lambda t: t.next_obs[..., 0] - t.obs[..., 0]
)
ALL = (HEIGHT, SPEED, BOTH, CHANGE)
GARBAGE = 1e6


def transitions(episodes, *, discrete=False):
    """One environment's rows for episodes of these lengths, a garbage row after each end.

    Observations count 0, 1, 2, ... in an episode (plus 10 times its number), so that every
    expected value can be told by hand.
    """
    obs, next_obs, action, step, speed = [], [], [], [], []
    for number, length in enumerate(episodes):
        for index in range(length):
            obs.append([10 * number + index, 0])
            next_obs.append([10 * number + index + 1, 0])
            action.append([index + 1.0])
            step.append(index)
            speed.append(100 * number + index)
        obs.append([GARBAGE, GARBAGE])
        next_obs.append([10 * (number + 1), 0])
        action.append([GARBAGE])
        step.append(length)
        speed.append(GARBAGE)
    rows = len(step)
    actions = np.array(action, dtype=np.float32)[:, None, :]
    return Transitions(
        obs=np.array(obs, dtype=np.float32)[:, None],
        next_obs=np.array(next_obs, dtype=np.float32)[:, None],
        action=actions[..., 0].astype(np.int64) if discrete else actions,
        terminated=np.zeros((rows, 1), dtype=bool),
        truncated=np.zeros((rows, 1), dtype=bool),
        episode_step=np.array(step)[:, None],
        simulator_reward=np.zeros((rows, 1)),
        info={"speed": np.array(speed, dtype=np.float64)[:, None]},
    )


def part(block, first, end):
    """Rows `first` to `end` of a block."""
    names = ("obs", "next_obs", "action", "terminated", "truncated", "episode_step")
    arrays = {name: getattr(block, name)[first:end] for name in (*names, "simulator_reward")}
    return Transitions(**arrays, info={k: v[first:end] for k, v in block.info.items()})


def rows(values):
    """The single environment's values as a list."""
    return values[:, 0].tolist()


def test_previous_of_a_signal_of_the_observation_is_read_on_the_observation_before():
    # Two episodes of 2 steps: heights before the action are 0, 1 and 10, 11.
    read = SignalReader(ALL).read(transitions([2, 2]), ["height", "previous_height"])
    assert rows(read["height"])[:2] == [1, 2]
    assert rows(read["previous_height"])[:2] == [0, 1]
    assert rows(read["height"])[3:5] == [11, 12]
    assert rows(read["previous_height"])[3:5] == [10, 11]


def test_previous_of_another_signal_is_the_step_before_and_the_current_value_at_a_start():
    read = SignalReader(ALL).read(transitions([3, 2]), ["previous_speed"])["previous_speed"]
    assert rows(read)[:3] == [0, 0, 1]
    assert rows(read)[4:6] == [100, 100]


def test_a_signal_of_two_observations_counts_as_one_that_needs_the_step_before():
    block = transitions([2])
    reader = SignalReader(ALL)
    assert not reader.reads_only_next_obs("change", block)
    assert reader.reads_only_next_obs("both", block)
    assert rows(reader.read(block, ["previous_change"])["previous_change"])[:2] == [1, 1]


def test_previous_action_is_zero_at_every_start_and_never_the_meaningless_rows():
    read = SignalReader(ALL).read(transitions([2, 2]), ["previous_action"])["previous_action"]
    assert rows(read)[:2] == [[0], [1]]
    assert rows(read)[3:5] == [[0], [1]]


def test_previous_action_of_discrete_actions_stays_an_integer():
    read = SignalReader(ALL).read(transitions([3], discrete=True), ["previous_action"])
    assert read["previous_action"].dtype == np.int64
    assert rows(read["previous_action"])[:3] == [0, 1, 2]


def test_a_first_block_in_the_middle_of_an_episode_has_no_change():
    block = part(transitions([3]), 1, 3)
    read = SignalReader(ALL).read(block, ["previous_speed", "speed"])
    assert rows(read["previous_speed"]) == [1, 1]


def test_each_environment_has_its_own_previous_values():
    one, other = transitions([3, 3]), transitions([1, 5])
    joined = Transitions(
        **{
            name: np.concatenate([getattr(one, name), getattr(other, name)], axis=1)
            for name in (
                "obs",
                "next_obs",
                "action",
                "terminated",
                "truncated",
                "episode_step",
                "simulator_reward",
            )
        },
        info={"speed": np.concatenate([one.info["speed"], other.info["speed"]], axis=1)},
    )
    names = SignalReader(ALL).names()
    both = SignalReader(ALL).read(joined, names)
    for column, block in enumerate((one, other)):
        alone = SignalReader(ALL).read(block, names)
        for name in names:
            np.testing.assert_array_equal(both[name][:, column], alone[name][:, 0], err_msg=name)


@settings(deadline=None, max_examples=60)
@given(
    episodes=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    cuts=st.lists(st.integers(1, 30), max_size=6),
    discrete=st.booleans(),
)
def test_reading_in_blocks_equals_reading_at_once(episodes, cuts, discrete):
    block = transitions(episodes, discrete=discrete)
    length = len(block.episode_step)
    names = SignalReader(ALL).names()
    whole = SignalReader(ALL).read(block, names)
    edges = sorted({0, length, *(cut for cut in cuts if cut < length)})
    reader = SignalReader(ALL)
    parts = [
        reader.read(part(block, first, end), names) for first, end in itertools.pairwise(edges)
    ]
    for name in names:
        joined = np.concatenate([values[name] for values in parts])
        np.testing.assert_array_equal(joined, whole[name], err_msg=name)


def test_a_view_that_advances_carries_on_as_a_read_does():
    block = transitions([6])
    reader = SignalReader(ALL)
    view = reader.view(part(block, 0, 3))
    assert rows(view.speed) == [0, 1, 2]
    reader.advance(view)
    assert rows(reader.view(part(block, 3, 6)).previous_speed) == [2, 3, 4]


def test_floats_are_contiguous_float32_and_others_keep_their_type():
    read = SignalReader(ALL).read(transitions([3]), ["speed", "both", "terminated", "episode_step"])
    assert read["speed"].dtype == read["both"].dtype == np.float32
    assert read["terminated"].dtype == np.bool_
    assert read["episode_step"].dtype.kind == "i"
    assert all(value.flags.c_contiguous for value in read.values())
    assert as_signal(np.ones((3, 2))[:, 0]).flags.c_contiguous


def test_names_are_the_builtin_ones_the_own_ones_and_their_previous():
    names = SignalReader([HEIGHT]).names()
    assert names == (
        "obs",
        "next_obs",
        "action",
        "terminated",
        "truncated",
        "episode_step",
        "height",
        "previous_height",
        "previous_action",
    )


@pytest.mark.parametrize("name", ["heigth", "previous_heigth", "previous_terminated"])
def test_an_unknown_signal_is_answered_with_the_nearest_names(name):
    with pytest.raises(UsageError, match=r"unknown signal .*did you mean .*(height|terminated)"):
        SignalReader(ALL).read(transitions([1]), [name])


def test_a_wrong_shape_is_the_environments_fault_and_says_both_shapes():
    wrong = Signal("wrong", "", "declared without its shape", lambda t: t.next_obs)
    with pytest.raises(EnvironmentUnavailable, match=r"'wrong' has shape \(2, 1, 2\).*\(2, 1\)"):
        SignalReader([wrong]).read(transitions([1]), ["wrong"])


def test_a_signal_that_fails_tells_its_own_message():
    broken = Signal("broken", "", "reads what is not there", lambda t: t.info["missing"])
    with pytest.raises(EnvironmentUnavailable, match="'broken' cannot be computed: KeyError"):
        SignalReader([broken]).read(transitions([1]), ["broken"])
