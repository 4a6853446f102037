import numpy as np
import pytest

from rewardsmith.environments import load_environment
from rewardsmith.records import TrainReward
from rewardsmith.training.networks import NetworkShape
from rewardsmith.training.rollout import Explorer
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.simulation import Simulation
from rewardsmith.training.stack import Member, Stack

SETTINGS = PpoSettings(environments=4, rollout=12, minibatch=16, hidden=(16,))


@pytest.fixture
def simulation():
    simulation = Simulation(load_environment("cartpole"), range(8))
    yield simulation
    simulation.close()


def stack_of_two(simulation):
    shape = NetworkShape(
        inputs=simulation.inputs, outputs=2, hidden=(16,), gaussian=False, log_deviation=0.0
    )
    reward = TrainReward(id="human", kind="human")
    return Stack.create([Member(reward, 0), Member(reward, 1)], shape, SETTINGS)


def seen_by(member, block):
    """Observations of one member's environments, (steps + 1, environments, inputs)."""
    return block.obs[:, member * 4 : member * 4 + 4].astype(np.float64)


def test_the_first_block_is_normalised_by_the_observations_so_far(simulation):
    stack = stack_of_two(simulation)
    rollout = Explorer(stack, SETTINGS).run(stack, simulation)
    for member in (0, 1):
        obs = seen_by(member, rollout.block)
        for step in range(13):
            rows = obs[: step + 1].reshape(-1, 4)
            expected = (obs[step] - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 1e-8)
            np.testing.assert_allclose(rollout.inputs[member, step], expected, rtol=1e-3, atol=1e-4)


def test_later_blocks_are_normalised_by_the_blocks_before(simulation):
    stack = stack_of_two(simulation)
    for member in (0, 1):
        stack.observations.add(member, np.array([[1.0, 1.0, 1.0, 1.0], [3.0, 5.0, 7.0, 9.0]]))
    rollout = Explorer(stack, SETTINGS).run(stack, simulation)
    for member in (0, 1):
        expected = (seen_by(member, rollout.block) - [2, 3, 4, 5]) / [1, 2, 3, 4]
        np.testing.assert_allclose(rollout.inputs[member], expected, rtol=1e-5, atol=1e-6)


def test_looking_takes_nothing_into_the_statistics(simulation):
    stack = stack_of_two(simulation)
    Explorer(stack, SETTINGS).run(stack, simulation)
    assert not stack.observations.count.any()
