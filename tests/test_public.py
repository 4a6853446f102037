import importlib

import pytest

import rewardsmith
from rewardsmith import errors

NAMES = [
    *["Analysis", "Budget", "Candidate", "Config", "Environment", "Policy", "Reason", "Reward"],
    *["RewardWrapper", "RewardsmithError", "RslRlEnvironment", "Run", "Sb3RewardWrapper", "Score"],
    *["Signal", "SkrlEnvironment", "Task", "TensorEnvironment"],
    *["TrainResult", "VectorRewardWrapper", "Verdict", "__version__", "analyze", "check", "evolve"],
    *["load_environment", "load_policy", "load_reward", "open_run", "train"],
]


def test_the_public_names_are_these_and_sorted():
    assert rewardsmith.__all__ == NAMES == sorted(NAMES)
    assert dir(rewardsmith) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there(name):
    assert getattr(rewardsmith, name) is not None


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        importlib.import_module("rewardsmith").nonsense  # noqa: B018


def test_an_unknown_name_is_answered_with_the_nearest():
    sentence = errors.unknown_name("signal", "torso_hight", ["torso_height", "speed"])
    assert sentence == "unknown signal 'torso_hight'; did you mean torso_height?"


def test_where_nothing_is_near_all_names_are_told():
    sentence = errors.unknown_name("task", "zzz", ["run", "hop"])
    assert sentence == "unknown task 'zzz'; there is hop, run"
