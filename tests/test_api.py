"""Training one reward from Python, and analyzing what came of it."""

import pytest

import rewardsmith
from rewardsmith.errors import UsageError
from rewardsmith.records import MemberResult, TrainResult
from rewardsmith.workshop import Workshop


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


SOURCE = """def compute_reward(pole_angle):
    level = np.cos(pole_angle)
    return level, {"level": level}
"""


def test_a_result_is_analyzed_with_its_folder(environment, tmp_path):
    """A member that failed has left neither curves nor trajectories."""
    failed = MemberResult(reward="reward", seed=3, steps=9, failure="IndexError")
    result = TrainResult(reward="reward", purpose="report", members=(failed,))
    found = rewardsmith.analyze(SOURCE, environment, result=result, folder=tmp_path)
    assert found.findings[0].sentence.startswith("Training failed for 1 of 1 seeds (seed 3")
    assert (found.result, found.components[0].name) == (result, "level")
    assert rewardsmith.analyze(SOURCE, environment).result is None


def test_a_result_without_what_was_recorded_is_refused(environment, tmp_path):
    member = MemberResult(reward="r", seed=0, steps=9, trajectories="trajectories/r-0.npz")
    result = TrainResult(reward="r", purpose="report", members=(member,))
    with Workshop() as shop:
        chosen = {"result": result, "workshop": shop}
        with pytest.raises(UsageError, match="give the folder as well"):
            rewardsmith.analyze(SOURCE, environment, **chosen)
        with pytest.raises(UsageError, match=r"has no trajectories/r-0\.npz"):
            rewardsmith.analyze(SOURCE, environment, **chosen, folder=tmp_path)
