"""EnvPool alone: its own entries of `info`, dict and discrete observations, closing."""

import envpool
import numpy as np
import pytest

from rewardsmith.backends import make_backend
from rewardsmith.environments import Environment, Task
from rewardsmith.errors import EnvironmentUnavailable


def start(identifier, seeds, threads=1):
    task = Task("t", "words", fitness=lambda s: s.simulator_reward)
    environment = Environment(signals=(), tasks=(task,), backends={"envpool": identifier})
    return make_backend(environment, seeds, threads=threads)


def test_info_holds_numbers_of_the_simulator_and_none_of_envpools_own():
    simulator = start("HalfCheetah-v5", [1, 2])
    simulator.reset()
    info = simulator.step(np.zeros((2, 6))).info
    assert sorted(info) == ["reward_ctrl", "reward_run", "x_position", "x_velocity"]
    assert all(value.shape == (2,) for value in info.values())


@pytest.mark.filterwarnings("ignore:.*precision lowered")
def test_a_dict_observation_is_flattened_with_its_keys_sorted():
    simulator = start("FetchReach-v4", [1, 2])
    raw = envpool.make("FetchReach-v4", env_type="gymnasium", num_envs=2, seed=[1, 2])
    expected, _ = raw.reset()
    keys = ("achieved_goal", "desired_goal", "observation")
    parts = np.concatenate([expected[key] for key in keys], axis=1)
    assert simulator.observation_shape == (16,)
    np.testing.assert_array_equal(simulator.reset(), parts.astype(np.float32))


def test_a_discrete_observation_is_one_hot():
    simulator = start("FrozenLake-v1", [1, 2])
    obs = simulator.reset()
    # A frozen lake of 4 x 4 fields begins at field 0.
    np.testing.assert_array_equal(obs, np.eye(16, dtype=np.float32)[[0, 0]])


def test_threads_do_not_change_the_results():
    one, two = start("Hopper-v5", range(8)), start("Hopper-v5", range(8), threads=2)
    np.testing.assert_array_equal(one.reset(), two.reset())
    for _ in range(40):
        action = np.full((8, 3), 0.5)
        np.testing.assert_array_equal(one.step(action).obs, two.step(action).obs)


def test_a_closed_environment_says_so():
    simulator = start("CartPole-v1", [1])
    simulator.close()
    with pytest.raises(EnvironmentUnavailable, match="CartPole-v1 is closed"):
        simulator.reset()


def test_actions_that_cannot_be_discrete_or_a_box_are_refused():
    # A Rubik's cube is turned by three integers: face, depth and direction.
    with pytest.raises(EnvironmentUnavailable, match="only a box of floats or a discrete space"):
        start("RubiksCube-v0", [1])
