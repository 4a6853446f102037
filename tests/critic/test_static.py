"""The static critic: the signature against the environment's signals."""

from __future__ import annotations

import time

import pytest
from rewards_bank import candidate, environment_named

from rewardsmith.critic import judge_statically

HOPPER = "def compute_reward({}):\n    total = {}\n    return total, {{}}\n"


def reasons(parameters, total):
    return judge_statically(HOPPER.format(parameters, total), environment_named("hopper"))


def test_declared_signals_builtin_ones_and_previous_ones_are_accepted():
    names = "obs, next_obs, action, terminated, truncated, episode_step, forward_velocity"
    assert reasons(names, "forward_velocity") == []
    assert reasons("torso_height, previous_torso_height, previous_action", "torso_height") == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("forward_vel", "forward_velocity"),
        ("torso_heigth", "torso_height"),
        ("actions", "action"),
        ("previous_pitchs", "previous_pitch"),
        ("joint_angle", "joint_angles"),
    ],
)
def test_an_unknown_signal_is_told_with_the_nearest_names(wrong, right):
    (reason,) = reasons(wrong, wrong)
    assert (reason.rule, reason.line, reason.warning) == ("signal", 1, False)
    assert f"`{wrong}` is not a signal" in reason.message
    assert right in reason.message


def test_a_name_that_resembles_none_gets_the_list():
    (reason,) = reasons("xyzzy", "xyzzy")
    assert "there is obs, next_obs, action" in reason.message
    assert "forward_velocity" in reason.message


@pytest.mark.parametrize("name", ["self", "state", "observations", "batch"])
def test_everything_at_once_is_told_to_take_signals_by_name(name):
    (reason,) = reasons(f"{name}, torso_height", f"torso_height + {name}")
    assert "take the signals that it needs by their names, such as `forward_velocity`" in (
        reason.message
    )


def test_a_number_as_default_is_no_signal_and_a_signal_has_none():
    assert (
        reasons("torso_height, target=1.25, *, gain=-2.0, **_", "gain * (torso_height - target)")
        == []
    )
    (reason,) = reasons("forward_velocity, pitch=None", "forward_velocity + pitch")
    assert (reason.rule, reason.line) == ("signature", 1)
    assert reason.message == "`pitch` is a signal: leave the default `None` out"


def test_a_simulators_own_reward_is_no_signal():
    assert reasons("simulator_reward", "simulator_reward")[0].rule == "signal"
    assert reasons("info", "info")[0].rule == "signal"


def test_a_reward_that_uses_no_signal_is_rejected():
    (reason,) = reasons("forward_velocity", "np.zeros(8)")
    assert reason.rule == "signal-unused"


def test_every_unknown_signal_is_told_together_with_the_faults_of_the_code():
    found = reasons("forward_vel, heigth", "np.clamp(forward_vel, 0, 1)")
    assert sorted(reason.rule for reason in found) == ["numpy", "signal", "signal"]


def test_of_thousands_of_unknown_signals_some_are_told_and_the_others_counted():
    begin = time.process_time()
    found = reasons(", ".join(f"forward_{i}" for i in range(4_000)), "forward_0")
    assert time.process_time() - begin < 5.0
    assert len(found) == 21
    assert "`forward_0` is not a signal" in found[0].message
    assert found[-1].message.startswith("3980 more parameters are no signals")


def test_a_name_of_sixty_thousand_characters_is_not_repeated():
    (reason,) = [r for r in reasons("x" * 60_000, "0.0") if r.rule == "signal"]
    assert len(reason.message) < 1_000


def test_a_candidate_is_judged_by_its_source():
    good = candidate(HOPPER.format("pitch", "-np.abs(pitch)"))
    assert judge_statically(good, environment_named("hopper")) == []


def test_a_signal_used_without_being_a_parameter_is_told_so():
    (reason,) = reasons("pitch", "pitch + torso_height")
    assert "add it to compute_reward's parameters" in reason.message
    assert reason.line == 2


def test_text_that_is_no_python_gives_its_line():
    (reason,) = judge_statically("def compute_reward(:\n", environment_named("hopper"))
    assert (reason.rule, reason.line) == ("syntax", 1)
