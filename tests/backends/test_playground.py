"""Playground's tasks behind our protocol, and the same signals as EnvPool's under one file.

What is compiled is kept on disk; the first run on a machine takes minutes for the long ones.
"""

import mujoco
import numpy as np
import pytest
from rollouts import block_of, random_actions

from rewardsmith.backends import make_backend
from rewardsmith.backends.worlds import jax_module
from rewardsmith.environments import Environment, Task, load_environment
from rewardsmith.errors import EnvironmentUnavailable, UsageError

LONG = pytest.mark.long
SHARED = (
    "pendulum-swingup",
    *(
        pytest.param(name, marks=LONG)
        for name in (
            "acrobot-swingup",
            "ball-in-cup",
            "cartpole-swingup",
            "cheetah-run",
            "point-mass",
            "reacher-easy",
        )
    ),
)
ARM = 0.12
"""Length of each of the reacher's links, in m."""


# ---------------------------------------------------------------- the same state


def state_of(name, obs):
    """Joint positions and velocities, and the target, that an observation of EnvPool tells."""
    if name == "pendulum-swingup":
        return [np.arctan2(obs[1], obs[0])], obs[2:], None
    if name == "cartpole-swingup":
        return [obs[0], np.arctan2(obs[2], obs[1])], obs[3:], None
    if name == "acrobot-swingup":
        upper, lower = np.arctan2(obs[0], obs[2]), np.arctan2(obs[1], obs[3])
        return [upper, lower - upper], obs[4:], None
    if name == "cheetah-run":
        return [0.0, *obs[:8]], obs[8:], None
    if name == "reacher-easy":
        angles = np.cumsum(obs[:2])
        finger = ARM * np.array([np.cos(angles).sum(), np.sin(angles).sum()])
        return obs[:2], obs[4:], finger + obs[2:4]
    half = len(obs) // 2
    return obs[:half], obs[half:], None


def put(name, backend, obs):
    """Put Playground's environments into the states that EnvPool's observations tell."""
    jax = jax_module()
    from mujoco import mjx

    (carry,) = backend._pieces
    task = backend._world.step.__self__._task
    states = [state_of(name, row.astype(np.float64)) for row in obs]
    while len(states) < len(carry.age):
        states.append(states[0])
    qpos, qvel = (np.array([state[part] for state in states], np.float32) for part in (0, 1))
    data = carry.moment.state.data.replace(qpos=qpos, qvel=qvel)
    if states[0][2] is not None:
        target = np.array(data.mocap_pos)
        target[:, 0, :2] = [state[2] for state in states]
        data = data.replace(mocap_pos=target)
    fresh = jax.jit(jax.vmap(lambda d: mjx.forward(task.mjx_model, d)))(data)
    state = carry.moment.state.replace(data=fresh)
    backend._pieces[0] = carry._replace(moment=carry.moment._replace(state=state))
    layout = backend._world.step.__self__._layout
    seen = np.asarray(jax.jit(jax.vmap(lambda d: task._get_obs(d, {})))(fresh))
    return (seen if layout is None else seen[:, layout])[: len(obs)]


def signals(environment, obs, action, result):
    """All signals of one step, by name, (environments, ...)."""
    block = block_of([(obs, action, np.zeros(len(obs)), result)])
    read = environment.reader().read(block, environment.reader().signals)
    return {name: values[0] for name, values in read.items()}


def near(left, right, tolerance, name):
    """Within that part of how far the signal goes, or of 1 where it goes less far."""
    scale = max(1.0, float(np.abs(right).max()))
    away = left - right
    if name == "angle":  # a little beyond pi is a little above -pi
        away = (away + np.pi) % (2 * np.pi) - np.pi
    np.testing.assert_allclose(away, 0.0, rtol=0, atol=tolerance * scale, err_msg=name)


@pytest.mark.parametrize("name", SHARED)
def test_one_file_reads_the_same_signals_on_envpool_and_on_playground(name):
    """From the same state exactly, and after one step from it within the file's tolerance."""
    environment = load_environment(name)
    rng = np.random.default_rng(5)
    pool = make_backend(environment, range(12))
    obs = pool.reset()
    for _ in range(30):
        obs = pool.step(random_actions(pool.action_space, 12, rng)).obs
    ours = make_backend(load_environment(name, backend="playground"), range(12))
    assert ours.reset().shape == obs.shape
    assert (ours.action_space, ours.time_limit) == (pool.action_space, pool.time_limit)
    near(put(name, ours, obs), obs, 5e-5, "observation of the same state")
    action = random_actions(pool.action_space, 12, rng)
    left, right = (
        signals(environment, obs, action, backend.step(action)) for backend in (ours, pool)
    )
    for signal in environment.signals:
        near(left[signal.name], right[signal.name], environment.tolerance, signal.name)


# ---------------------------------------------------------------- Playground's own


def pendulum(**options):
    task = Task("t", "words", fitness=lambda s: s.simulator_reward, options=options)
    return Environment((), (task,), {"playground": "PendulumSwingup"})


def test_playgrounds_pendulum_turns_as_mujoco_says():
    environment = load_environment("pendulum-swingup", backend="playground")
    simulator = make_backend(environment, range(3))
    obs = simulator.reset()
    task = simulator._world.step.__self__._task
    push = np.array([[-1.0], [0.3], [5.0]])
    result = simulator.step(push)
    for row in range(3):
        data = mujoco.MjData(task.mj_model)
        data.qpos[:] = np.arctan2(obs[row, 1], obs[row, 0])
        data.ctrl[:] = np.clip(push[row], -1, 1)
        for _ in range(2):
            mujoco.mj_step(task.mj_model, data)
        axis = data.xmat[task.mj_model.body("pole").id].reshape(3, 3)[:, 2]
        expected = [axis[2], axis[0], data.qvel[0]]
        np.testing.assert_allclose(result.obs[row], expected, atol=1e-5)


def test_the_limit_is_that_of_the_task_or_of_its_options():
    assert make_backend(pendulum(), [1]).time_limit == 1000
    simulator = make_backend(pendulum(max_episode_steps=3), [1, 2])
    simulator.reset()
    steps = [simulator.step(np.zeros((2, 1))) for _ in range(5)]
    assert [step.truncated.tolist() for step in steps] == [[i == 2] * 2 for i in range(5)]
    assert [step.valid.tolist() for step in steps] == [[i != 3] * 2 for i in range(5)]


@pytest.mark.parametrize(
    ("environment", "error", "words"),
    [
        (
            Environment((), pendulum().tasks, {"playground": "PendulumSwing"}),
            EnvironmentUnavailable,
            "unknown Playground task 'PendulumSwing'; did you mean PendulumSwingup",
        ),
        (pendulum(ctrldt=0.1), UsageError, "'ctrldt'; did you mean ctrl_dt"),
        (pendulum(vision=True), EnvironmentUnavailable, "PendulumSwingup does not start: .*ision"),
    ],
)
def test_what_playground_does_not_know_is_told_with_the_nearest(environment, error, words):
    with pytest.raises(error, match=words):
        make_backend(environment, [1])
