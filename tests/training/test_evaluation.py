import pytest

from rewardsmith.training.evaluation import environments_for


@pytest.mark.parametrize(
    ("episodes", "expected"), [(1, 1), (6, 6), (20, 20), (30, 15), (100, 20), (23, 1)]
)
def test_every_environment_contributes_the_same_number_of_episodes(episodes, expected):
    assert environments_for(episodes) == expected
