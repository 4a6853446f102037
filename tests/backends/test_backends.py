"""What both backends promise: resets, ends, seeds, subsets, clipped actions."""

import numpy as np
import pytest

from rewardsmith.backends import make_backend
from rewardsmith.environments import Environment, Task
from rewardsmith.errors import BackendUnavailable, EnvironmentUnavailable, UsageError

BACKENDS = ("envpool", "gymnasium")
POLE, TRACK = 0.2095, 2.4


def start(backend, identifier, seeds, **options):
    """A backend for one of its ids."""
    task = Task("t", "words", fitness=lambda s: s.simulator_reward, options=options)
    return make_backend(
        Environment(signals=(), tasks=(task,), backends={backend: identifier}), seeds
    )


def steps(simulator, count, action):
    """Observations after the reset and each step, and the steps."""
    obs, results = [simulator.reset()], []
    for _ in range(count):
        results.append(simulator.step(action(obs[-1])))
        obs.append(results[-1].obs)
    return obs, results


def column(results, name, index=0):
    """One environment's flags over all steps."""
    return np.array([getattr(result, name)[index] for result in results])


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_row_after_the_time_limit_only_resets(backend):
    simulator = start(backend, "MountainCar-v0", [1, 2, 3])
    # Coasting never reaches the flag: steps 0..199 end by the limit, row 200 resets, 201..400
    # are the next episode, row 401 resets.
    obs, results = steps(simulator, 410, lambda obs: np.ones(len(obs), dtype=np.int64))
    for index in range(3):
        assert np.flatnonzero(~column(results, "valid", index)).tolist() == [200, 401]
        assert np.flatnonzero(column(results, "truncated", index)).tolist() == [199, 400]
        assert not column(results, "terminated", index).any()
        assert column(results, "simulator_reward", index)[:200].tolist() == [-1.0] * 200
    for row in (200, 401):
        # A reset puts the car at rest between -0.6 and -0.4.
        assert np.all(np.abs(obs[row + 1][:, 0] + 0.5) <= 0.1)
        assert np.all(obs[row + 1][:, 1] == 0)
        assert np.all(obs[row][:, 1] != 0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_fallen_pole_terminates_and_the_next_row_only_resets(backend):
    simulator = start(backend, "CartPole-v1", [1, 2, 3, 4])
    obs, results = steps(simulator, 60, lambda obs: np.ones(len(obs), dtype=np.int64))
    for index in range(4):
        fallen = [bool(abs(o[index, 2]) > POLE or abs(o[index, 0]) > TRACK) for o in obs[1:]]
        assert sum(fallen) >= 4
        assert column(results, "terminated", index).tolist() == fallen
        assert not column(results, "truncated", index).any()
        assert column(results, "valid", index).tolist() == [True, *(not f for f in fallen[:-1])]
        for row in np.flatnonzero(~column(results, "valid", index)):
            assert np.all(np.abs(obs[row + 1][index]) <= 0.05)


@pytest.mark.parametrize("backend", BACKENDS)
def test_reaching_the_flag_terminates_before_the_limit(backend):
    simulator = start(backend, "MountainCar-v0", [1])
    _, results = steps(simulator, 199, lambda obs: 2 * (obs[:, 1] >= 0).astype(np.int64))
    (end,) = np.flatnonzero(column(results, "terminated"))[:1]
    assert results[end].obs[0, 0] >= 0.5
    assert not results[end].truncated[0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_end_on_the_very_step_of_the_limit_is_told_as_the_backend_documents(backend):
    free = start(backend, "CartPole-v1", [1])
    _, results = steps(free, 30, lambda obs: np.ones(1, dtype=np.int64))
    end = int(np.argmax(column(results, "terminated")))
    limited = start(backend, "CartPole-v1", [1], max_episode_steps=end + 1)
    _, results = steps(limited, end + 1, lambda obs: np.ones(1, dtype=np.int64))
    assert results[end].truncated[0]
    assert results[end].terminated[0] == (backend == "gymnasium")


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_environment_depends_on_its_own_seed_only(backend):
    many = start(backend, "CartPole-v1", [5, 7, 2**31 + 9, 11])
    alone = start(backend, "CartPole-v1", [7])
    obs, _ = steps(many, 60, lambda obs: np.ones(len(obs), dtype=np.int64))
    again, results = steps(alone, 60, lambda obs: np.ones(len(obs), dtype=np.int64))
    assert column(results, "terminated").sum() >= 4
    np.testing.assert_array_equal(np.array(obs)[:, 1], np.array(again)[:, 0])
    assert not np.array_equal(obs[0][0], obs[0][1])
    assert np.all(np.isfinite(obs[0]))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_second_reset_begins_new_episodes_of_the_same_stream(backend):
    simulator, twin = (start(backend, "CartPole-v1", [5]) for _ in range(2))
    first, second = simulator.reset(), simulator.reset()
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, twin.reset())
    np.testing.assert_array_equal(second, twin.reset())
    assert simulator.step(np.ones(1, dtype=np.int64)).valid.all()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("identifier", ["CartPole-v1", "Hopper-v5"])
def test_stepping_a_subset_leaves_the_others_untouched(backend, identifier):
    rng = np.random.default_rng(3)
    together, apart = (start(backend, identifier, [1, 2, 3, 4]) for _ in range(2))
    space = together.action_space
    shape = (80, 4, *space.shape)
    actions = rng.integers(0, 2, shape) if space.discrete else rng.uniform(-1, 1, shape)
    np.testing.assert_array_equal(together.reset(), apart.reset())
    whole = [together.step(action) for action in actions]
    for chosen in (np.array([1, 3]), np.array([0, 2])):
        for action, expected in zip(actions, whole, strict=True):
            result = apart.step(action[chosen], chosen)
            for name in ("obs", "simulator_reward", "terminated", "truncated", "valid"):
                np.testing.assert_array_equal(
                    getattr(result, name), getattr(expected, name)[chosen], err_msg=name
                )
            assert all(
                np.array_equal(result.info[key], expected.info[key][chosen])
                for key in expected.info
            )
    assert sum((~result.valid).sum() for result in whole) >= 4


@pytest.mark.parametrize("backend", BACKENDS)
def test_actions_outside_the_box_are_clipped_and_cast(backend):
    wild, tame = (start(backend, "HalfCheetah-v5", [1, 2]) for _ in range(2))
    wild.reset(), tame.reset()
    action = np.array([[5, -5, 0.5, 0, 1, -1]] * 2, dtype=np.float32)
    outside, inside = wild.step(action), tame.step(np.clip(action, -1, 1).astype(np.float64))
    np.testing.assert_array_equal(outside.obs, inside.obs)
    np.testing.assert_array_equal(outside.simulator_reward, inside.simulator_reward)


@pytest.mark.parametrize("backend", BACKENDS)
def test_spaces_are_plain_numbers(backend):
    cheetah = start(backend, "HalfCheetah-v5", [1])
    assert cheetah.observation_shape == (17,)
    assert cheetah.action_space.shape == (6,)
    assert cheetah.action_space.low == (-1.0,) * 6
    assert not cheetah.action_space.discrete
    car = start(backend, "MountainCar-v0", [1, 2])
    assert (car.num_envs, car.action_space.count, car.action_space.discrete) == (2, 3, True)
    assert car.reset().dtype == np.float32


@pytest.mark.parametrize("backend", BACKENDS)
def test_results_stay_as_they_are_when_the_simulator_goes_on(backend):
    simulator = start(backend, "HalfCheetah-v5", [1, 2])
    simulator.reset()
    action = np.full((2, 6), 0.3)
    held = simulator.step(action)
    copies = (held.obs.copy(), held.valid.copy(), held.info["x_position"].copy())
    for _ in range(30):
        simulator.step(-action)
    np.testing.assert_array_equal(held.obs, copies[0])
    np.testing.assert_array_equal(held.valid, copies[1])
    np.testing.assert_array_equal(held.info["x_position"], copies[2])


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_unknown_id_is_answered_with_the_nearest(backend):
    with pytest.raises(EnvironmentUnavailable, match=r"HalfCheeta-v5.*did you mean.*HalfCheetah"):
        start(backend, "HalfCheeta-v5", [1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_environment_that_does_not_start_tells_its_own_message(backend):
    with pytest.raises(EnvironmentUnavailable, match=r"Hopper-v5 does not start: .*no-such\.xml"):
        start(backend, "Hopper-v5", [1], xml_file="/no-such.xml")


def test_an_unknown_backend_is_answered_with_those_that_there_are():
    with pytest.raises(BackendUnavailable, match="unknown backend 'envpol'; did you mean envpool"):
        start("envpol", "CartPole-v1", [1])


def test_a_backend_that_the_environment_lacks_is_a_usage_error():
    environment = Environment(
        signals=(),
        tasks=(Task("t", "words", fitness=lambda s: s.simulator_reward),),
        backends={"gymnasium": "CartPole-v1"},
        name="mine",
        backend="envpool",
    )
    with pytest.raises(UsageError, match="unknown backend of 'mine': 'envpool'"):
        make_backend(environment, [1])
