"""The task's own rewards: what is wrong with one is told with its environment, task and kind."""

import numpy as np
import pytest

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.errors import EnvironmentUnavailable, UsageError
from rewardsmith.signals import Transitions
from rewardsmith.training.own_rewards import own_reward

VALID = np.ones((2, 3), dtype=bool)
VALID[1, 2] = False


def paid(fitness):
    """The fitness on two steps of three simulators that observed 0 to 5."""
    environment = Environment(
        name="cart",
        signals=(Signal("place", "m", "where it is", lambda t: t.next_obs[..., 0]),),
        tasks=(Task("park", "Park it.", fitness=fitness),),
    )
    obs = np.arange(6, dtype=np.float32).reshape(2, 3, 1)
    ended = np.zeros((2, 3), dtype=bool)
    block = Transitions(
        obs=obs,
        next_obs=obs,
        action=obs,
        terminated=ended,
        truncated=ended,
        episode_step=np.ones((2, 3), dtype=np.int32),
        simulator_reward=np.zeros((1, 2, 3)),
        info={},
    )
    return own_reward(environment, "fitness", environment.reader().view(block), VALID)


def test_a_reward_is_one_number_a_transition():
    values = paid(lambda s: 2.0 * s.place)
    assert values.dtype == np.float64
    assert values.tolist() == [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]


def test_what_is_no_number_matters_only_where_a_row_means_something():
    assert np.isnan(paid(lambda s: np.where(s.place == 5.0, np.nan, 1.0))[1, 2])


@pytest.mark.parametrize(
    ("fitness", "kind", "says"),
    [
        (lambda s: s.plaice, UsageError, "unknown signal 'plaice'; did you mean place"),
        (lambda s: s.place[0], EnvironmentUnavailable, r"has shape \(3,\) on a block of \(2, 3\)"),
        (lambda s: s.place / 0, EnvironmentUnavailable, "is not finite .* on 5 of 5 transitions"),
        (lambda s: {}["a"], EnvironmentUnavailable, "raises KeyError"),
    ],
)
def test_a_fault_of_it_is_told_with_whose_it_is(fitness, kind, says):
    with pytest.raises(kind, match=f"'cart', task 'park': its fitness reward:? {says}"):
        paid(fitness)
