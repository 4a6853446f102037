"""Training one reward from Python."""

import pytest

import rewardsmith
from rewardsmith.errors import UsageError


@pytest.fixture(scope="module")
def environment():
    return rewardsmith.load_environment("cartpole")


def test_seeds_are_a_number_or_the_seeds_themselves(environment):
    settings = {"environments": 4, "rollout": 64, "minibatch": 64, "epochs": 1}
    chosen = {"steps": 512, "settings": settings, "evaluation_episodes": 2}
    counted = rewardsmith.train("human", environment, seeds=2, **chosen)
    named = rewardsmith.train("human", environment, seeds=[0, 1], **chosen)
    assert [member.seed for member in counted.members] == [0, 1]
    assert counted.fitness == named.fitness


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seeds": 0}, "seeds = 0"),
        ({"seeds": ()}, r"seeds = \(\)"),
        ({"seeds": (1, -2)}, r"seeds = \(1, -2\)"),
        ({"steps": 0}, "steps = 0"),
        ({"evaluation_episodes": 0}, "evaluation_episodes = 0"),
    ],
)
def test_nothing_to_train_is_refused_with_the_value(environment, given, said):
    with pytest.raises(UsageError, match=said):
        rewardsmith.train("human", environment, **given)
