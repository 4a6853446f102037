"""What is read of a way's name in `bench_scores.py`, and that settings are what they say."""

import re

import pytest

from rewardsmith import load_environment
from tests.benchmarks import published_settings as published

WAYS = [(name, way) for name in published.PUBLISHED for way in published.ways_of(name)]


@pytest.mark.parametrize(("name", "way"), WAYS)
def test_more_environments_keep_the_transitions_of_an_update(name, way):
    setting = published.setting_of(name, way)
    assert setting.rows == published.setting_of(name, way.partition("@")[0]).rows
    assert setting.rows % setting.arguments.get("batch_size", 64) == 0


def test_the_zoo_is_run_as_published_and_with_more_environments():
    zoo = published.setting_of("half-cheetah", "zoo")
    assert (zoo.environments, zoo.arguments["n_steps"]) == (1, 512)
    more = published.setting_of("half-cheetah", "zoo@16")
    assert (more.environments, more.arguments["n_steps"]) == (16, 32)
    assert more.policy == zoo.policy
    assert [way for way in published.ways_of("half-cheetah") if way.startswith("zoo-")] == [
        "zoo-seals",
        "zoo-seals@8",
        "zoo-seals@16",
        "zoo-seals@32",
    ]


def test_our_own_way_has_the_settings_of_the_task():
    ours = published.setting_of("half-cheetah", "tuned")
    assert load_environment("half-cheetah").task.settings["rollout"] == ours.arguments["n_steps"]
    assert (ours.environments, ours.arguments["gamma"], ours.falling) == (
        16,
        0.98,
        {"learning_rate": 1.0},
    )


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ("zo", "half-cheetah has no way 'zo'; there are tuned, zoo, zoo-seals, cleanrl, "),
        ("zoo@many", "'zoo@many' has no number of environments after its @"),
        ("zoo@7", "7 environments do not divide 512 transitions"),
        ("zoo@0", "0 environments do not divide 512 transitions"),
    ],
)
def test_a_way_that_is_not_known_is_told_in_one_sentence(way, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        published.setting_of("half-cheetah", way)
