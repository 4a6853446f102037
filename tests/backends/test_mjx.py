"""A plain MuJoCo model on MJX: what every backend promises, and MuJoCo's own numbers."""

import mujoco
import numpy as np
import pytest
from mjx_rod import LIMIT
from mjx_rod import XML as SWING

from rewardsmith.backends import make_backend, worlds
from rewardsmith.environments import Environment, MjxSimulator, Signal, Task, TensorSimulator
from rewardsmith.errors import BackendUnavailable, EnvironmentUnavailable, UsageError


def swing(**described):
    """The rod with its tip recorded; an episode ends beyond a quarter turn."""
    settings = {
        "recorded": {"tip": lambda data: data.site_xpos[0]},
        "control_steps": 2,
        "position_noise": 0.1,
        "time_limit": LIMIT,
        "ends": lambda data: abs(data.qpos[0]) > 1.0,
    }
    tip = Signal("tip_height", "m", "height of the tip", lambda t: t.info["tip"][..., 2])
    return Environment(
        signals=(tip,),
        tasks=(Task("up", "words", fitness=lambda s: s.tip_height),),
        backends={"mjx": SWING},
        simulator=MjxSimulator(**settings | described),
        name="swing",
    )


ENVIRONMENT = swing()


def start(count):
    """The rods of seeds 1 to `count`."""
    return make_backend(ENVIRONMENT, range(1, count + 1))


def pushes(count, steps):
    return np.random.default_rng(3).uniform(-2, 2, (steps, count, 1))


def same(left, right, rows=slice(None)):
    """Whether two steps are bit for bit alike; of the second those rows."""
    for name in ("obs", "simulator_reward", "terminated", "truncated", "valid"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name)[rows], name)
    for name, values in left.info.items():
        np.testing.assert_array_equal(values, right.info[name][rows], name)


def test_a_step_is_that_of_mujoco_itself():
    simulator = start(3)
    obs = simulator.reset()
    model = mujoco.MjModel.from_xml_string(SWING)
    push = pushes(3, 1)[0]
    result = simulator.step(push)
    for row in range(3):
        data = mujoco.MjData(model)
        data.qpos[:], data.qvel[:], data.ctrl[:] = obs[row, :1], obs[row, 1:], push[row]
        for _ in range(2):
            mujoco.mj_step(model, data)
        np.testing.assert_allclose(result.obs[row], [*data.qpos, *data.qvel], atol=1e-5)
        mujoco.mj_kinematics(model, data)
        np.testing.assert_allclose(result.info["tip"][row], data.site_xpos[0], atol=1e-5)
    assert result.valid.all()
    assert not result.terminated.any()


def test_spaces_are_those_of_the_model():
    simulator = start(2)
    assert (simulator.num_envs, simulator.observation_shape) == (2, (2,))
    assert (simulator.action_space.low, simulator.action_space.high) == ((-2.0,), (2.0,))
    assert simulator.time_limit == LIMIT
    assert np.abs(simulator.reset()[:, 0]).max() <= 0.1


def test_ends_and_limits_are_told_and_the_next_row_only_resets():
    simulator = start(20)
    obs = simulator.reset()
    age, ended = np.zeros(20, int), np.zeros(20, bool)
    seen = {"terminated": 0, "truncated": 0}
    for push in pushes(20, 60):
        result = simulator.step(push)
        np.testing.assert_array_equal(result.valid, ~ended)
        age = np.where(ended, 0, age + 1)
        over = np.abs(result.obs[:, 0]) > 1.0
        np.testing.assert_array_equal(result.terminated, over & ~ended)
        np.testing.assert_array_equal(result.truncated, (age == LIMIT) & ~over)
        assert np.abs(result.obs[ended, 0]).max(initial=0.0) <= 0.1
        ended = result.terminated | result.truncated
        seen = {name: seen[name] + getattr(result, name).sum() for name in seen}
    assert min(seen.values()) > 5
    assert not np.array_equal(obs, simulator.reset())


def test_an_environment_does_not_depend_on_how_many_others_there_are():
    many, few = start(37), make_backend(ENVIRONMENT, [30, 2, 17])
    np.testing.assert_array_equal(many.reset()[[29, 1, 16]], few.reset())
    for push in pushes(37, 30):
        same(few.step(push[[29, 1, 16]]), many.step(push), [29, 1, 16])


def test_stepping_a_subset_leaves_the_others_untouched():
    together, apart = start(20), start(20)
    together.reset(), apart.reset()
    actions = pushes(20, 30)
    whole = [together.step(action) for action in actions]
    for rows in (np.arange(1, 20, 2), np.arange(0, 20, 2)):
        for action, expected in zip(actions, whole, strict=True):
            same(apart.step(action[rows], rows), expected, rows)


def test_resetting_some_begins_new_episodes_there_alone():
    simulator, twin = start(20), start(20)
    first = simulator.reset()
    twin.reset()
    rows = np.array([3, 17])
    again = simulator.reset(rows)
    assert again.shape == (2, 2)
    assert not (again == first[rows]).all(axis=1).any()
    others = np.setdiff1d(np.arange(20), rows)
    push = pushes(20, 1)[0]
    np.testing.assert_array_equal(simulator.step(push).obs[others], twin.step(push).obs[others])


def test_controls_are_clipped_to_their_ranges():
    wild, tame = start(4), start(4)
    wild.reset(), tame.reset()
    same(wild.step(np.full((4, 1), 9.0)), tame.step(np.full((4, 1), 2.0)))


@pytest.mark.parametrize(
    ("model", "described", "words"),
    [
        ("/no-such.xml", {}, r"/no-such\.xml does not start on MJX: ValueError"),
        ("<mujoco><nonsense/></mujoco>", {}, "the model does not start on MJX: .*nonsense"),
        (SWING, {"keyframe": 0}, "keyframe is 0; the model has 0"),
        (SWING, {"ends": lambda data: data.qpas > 0}, "AttributeError: .*qpas"),
    ],
)
def test_what_is_wrong_with_a_model_is_told_before_anything_starts(model, described, words):
    environment = swing(**described)
    broken = Environment(
        environment.signals, environment.tasks, {"mjx": model}, environment.simulator
    )
    with pytest.raises(EnvironmentUnavailable, match=words):
        make_backend(broken, [1])


def test_without_jax_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(worlds, "jax_module", worlds.jax_module.__wrapped__)
    monkeypatch.setattr(worlds.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BackendUnavailable, match=r"need JAX .*pip install 'rewardsmith\[mjx\]'"):
        worlds.jax_module()


def test_a_tensor_simulator_is_not_what_mjx_takes():
    wrong = Environment(
        ENVIRONMENT.signals, ENVIRONMENT.tasks, {"mjx": SWING}, TensorSimulator(print), name="rod"
    )
    with pytest.raises(EnvironmentUnavailable, match="'rod' names backend 'mjx' and describes"):
        make_backend(wrong, [1])


def test_an_unknown_option_is_a_usage_error():
    task = Task("up", "words", fitness=lambda s: s.tip_height, options={"max_episode_step": 3})
    environment = Environment(ENVIRONMENT.signals, (task,), {"mjx": SWING}, ENVIRONMENT.simulator)
    with pytest.raises(UsageError, match="'max_episode_step'; did you mean max_episode_steps"):
        make_backend(environment, [1])
