import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.environments import load_environment
from rewardsmith.training.simulation import Actions, Simulation, environment_seeds


def test_actions_are_in_half_widths_of_the_box_and_clipped_to_it():
    actions = Actions(ActionSpace(shape=(3,), low=(-2.0, 0.0, -np.inf), high=(2.0, 1.0, np.inf)))
    chosen = np.array([[0.5, 0.5, 7.0], [-3.0, -2.0, -7.0]], np.float32)
    np.testing.assert_allclose(actions.to_simulator(chosen), [[1.0, 0.75, 7.0], [-2.0, 0.0, -7.0]])


def test_the_largest_output_is_the_discrete_action():
    actions = Actions(ActionSpace(count=3))
    assert actions.to_simulator(np.array([[0, 1, 0], [0, 0, 1]])).tolist() == [1, 2]


def test_seeds_of_members_and_purposes_differ():
    seeds = [environment_seeds(member, stream, 4) for member in range(3) for stream in range(3)]
    assert len({seed for group in seeds for seed in group}) == 36
    assert environment_seeds(1, 2, 8)[:4] == environment_seeds(1, 2, 4)


def blocks(simulation, count, steps):
    """Push to the left for ever: episodes of cart-pole end after about ten steps."""
    for _ in range(count):
        yield simulation.run(steps, lambda step: np.zeros(len(simulation.obs), np.int64))


def test_a_block_numbers_the_steps_of_its_episodes_across_blocks():
    simulation = Simulation(load_environment("cartpole"), [1, 2])
    age, reset = np.zeros(2, int), np.zeros(2, bool)
    for block in blocks(simulation, 4, 8):
        for step in range(8):
            assert block.valid[step].tolist() == (~reset).tolist()
            assert block.episode_step[step].tolist() == age.tolist()
            reset = block.ended[step].copy()
            age = np.where(reset | ~block.valid[step], 0, age + 1)
    simulation.close()


def test_a_transition_shows_the_last_observation_of_its_episode():
    simulation = Simulation(load_environment("cartpole"), [3])
    for block in blocks(simulation, 3, 8):
        transitions = block.transitions()
        for step in np.flatnonzero(block.terminated[:, 0]):
            assert abs(transitions.next_obs[step, 0, 2]) > 0.2095
        np.testing.assert_array_equal(transitions.obs[1:], transitions.next_obs[:-1])
    simulation.close()


def test_the_kept_environments_go_on_as_in_the_whole_stack():
    environment, columns = load_environment("cartpole"), np.array([0, 2])
    whole = Simulation(environment, [5, 6, 7])
    part = Simulation(environment, [5, 6, 7])
    for simulation in (whole, part):
        list(blocks(simulation, 1, 8))
    part.keep(columns)
    for left, right in zip(blocks(whole, 3, 8), blocks(part, 3, 8), strict=True):
        for name in ("obs", "terminated", "valid", "episode_step", "action"):
            np.testing.assert_array_equal(getattr(left, name)[:, columns], getattr(right, name))
    whole.close()
    part.close()


def test_an_environment_stands_still_when_its_episodes_are_used_up():
    simulation = Simulation(load_environment("cartpole"), [1, 2])
    left = np.array([1, 0])
    block = simulation.run_some(40, lambda step: np.zeros(2, np.int64), left)
    assert left.tolist() == [0, 0]
    assert block.ended.sum(axis=0).tolist() == [1, 0]
    end = int(np.flatnonzero(block.ended[:, 0])[0])
    assert block.valid[:, 0].sum() == end + 1
    assert not block.valid[:, 1].any()
    assert np.ptp(block.obs[end + 1 :, 0], axis=0).tolist() == [0.0] * 4
    simulation.close()
