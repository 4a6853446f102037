"""EnvPool against Gymnasium: the same signals from a synchronised state."""

from dataclasses import replace

import numpy as np
import pytest
from rollouts import CLASSIC, LOCOMOTION, block_of, close, random_actions

from rewardsmith.backends import make_backend
from rewardsmith.environments import load_environment


def synchronised(name, environment, count, warmup):
    """Two steps of EnvPool from a state after `warmup` steps, and of Gymnasium from the same."""
    rng = np.random.default_rng(7)
    pool = make_backend(environment, range(count))
    obs, position = pool.reset(), np.zeros((count, 2))
    usable = np.ones(count, dtype=bool)
    for _ in range(warmup):
        result = pool.step(random_actions(pool.action_space, count, rng))
        obs, position = result.obs, positions(result, count)
        usable &= ~(result.terminated | result.truncated)
    actions = [random_actions(pool.action_space, count, rng) for _ in range(2)]
    ours = [pool.step(action) for action in actions]
    copies = make_backend(replace(environment, backend="gymnasium"), range(count))
    copies.reset()
    for index, copy in enumerate(copies._copies):
        set_state(name, copy.unwrapped, obs[index].astype(np.float64), position[index])
    theirs = [copies.step(action) for action in actions]
    usable &= ~(ours[0].terminated | ours[0].truncated)
    return obs, actions, ours, theirs, usable


def positions(result, count):
    """The torso's x and y where `info` has them."""
    columns = [result.info.get(k, np.zeros(count)) for k in ("x_position", "y_position")]
    return np.stack(columns, axis=1)


def set_state(name, simulator, obs, position):
    """Put a Gymnasium copy into the state that an observation tells."""
    if name == "pendulum":
        simulator.state = np.array([np.arctan2(obs[1], obs[0]), obs[2]])
    elif name in CLASSIC:
        simulator.state = tuple(obs)
    else:
        hidden, nq, nv = 2 if name == "ant" else 1, simulator.model.nq, simulator.model.nv
        qpos = np.concatenate([position[:hidden], obs[: nq - hidden]])
        simulator.set_state(qpos, obs[nq - hidden : nq - hidden + nv])


def compare(environment, obs, steps, usable):
    """Every signal of both within the environment's tolerance, but the position, which is free."""
    ours, theirs = (
        environment.reader().read(
            block_of([(obs, action, np.zeros(len(obs)), result)]), environment.reader().signals
        )
        for action, result in steps
    )
    for signal in environment.signals:
        if signal.name != "x_position":
            value, expected = ours[signal.name][0, usable], theirs[signal.name][0, usable]
            close(value, expected, signal.name, environment.tolerance)


@pytest.mark.parametrize("name", [*CLASSIC, *LOCOMOTION])
def test_envpool_agrees_with_gymnasium_one_step_after_a_reset(name):
    environment = load_environment(name)
    obs, actions, ours, theirs, usable = synchronised(name, environment, 12, 0)
    assert environment.chosen_backend == "envpool"
    compare(environment, obs, [(actions[0], ours[0]), (actions[0], theirs[0])], usable)
    reward, expected = ours[0].simulator_reward, theirs[0].simulator_reward
    close(reward[usable], expected[usable], "simulator_reward", environment.tolerance)
    np.testing.assert_array_equal(ours[0].terminated, theirs[0].terminated)


@pytest.mark.parametrize("name", LOCOMOTION)
def test_envpool_agrees_with_gymnasium_in_contact_with_the_ground(name):
    environment = load_environment(name)
    warmup = {"half-cheetah": 20, "hopper": 8, "ant": 15}[name]
    _, actions, ours, theirs, usable = synchronised(name, environment, 12, warmup)
    assert usable.sum() >= 8
    compare(environment, ours[0].obs, [(actions[1], ours[1]), (actions[1], theirs[1])], usable)
    if "x_position" in environment.reader().signals:
        moved, expected = (
            steps[1].info["x_position"] - steps[0].info["x_position"] for steps in (ours, theirs)
        )
        close(moved[usable], expected[usable], "x_position", environment.tolerance)
    if name == "ant":
        feet = (
            load_environment("ant")
            .reader()
            .read(block_of([(ours[0].obs, actions[1], np.zeros(12), ours[1])]), ["foot_contact"])[
                "foot_contact"
            ][0, usable]
        )
        assert 0 < feet.mean() < 1
