"""What the tests of environments share: random rollouts on a real backend, as one block."""

from dataclasses import replace

import numpy as np

from rewardsmith.environments import load_environment
from rewardsmith.signals import Transitions

CLASSIC = ("cartpole", "mountain-car", "pendulum")
LOCOMOTION = ("half-cheetah", "hopper", "ant")


def environment_on(name, backend, *, limit):
    """A shipped environment on a backend, its episodes cut at `limit` steps."""
    environment = load_environment(name, backend=backend)
    task = replace(environment.task, options={"max_episode_steps": limit})
    return replace(environment, tasks=(task,), task_name="")


def random_actions(space, count, rng):
    """Actions of all environments; boxes are left on purpose by up to a tenth."""
    if space.discrete:
        return rng.integers(0, space.count, count)
    low, high = (np.reshape(bound, space.shape) for bound in (space.low, space.high))
    return rng.uniform(1.1 * low, 1.1 * high, (count, *space.shape)).astype(np.float32)


def roll(backend, steps, rng, look=lambda: None):
    """Transitions (steps, environments), their validity, and what `look` saw around each step."""
    obs, rows, seen = backend.reset(), [], [look()]
    episode_step = np.zeros(backend.num_envs, dtype=np.int64)
    for _ in range(steps):
        action = random_actions(backend.action_space, backend.num_envs, rng)
        result = backend.step(action)
        rows.append((obs, action, episode_step, result))
        episode_step = np.where(result.valid, episode_step + 1, 0)
        obs = result.obs
        seen.append(look())
    return block_of(rows), np.stack([row[3].valid for row in rows]), seen


def block_of(rows):
    """Rows of (obs, action, episode step, result) as one block."""
    results = [row[3] for row in rows]
    return Transitions(
        obs=np.stack([row[0] for row in rows]),
        next_obs=np.stack([result.obs for result in results]),
        action=np.stack([row[1] for row in rows]),
        terminated=np.stack([result.terminated for result in results]),
        truncated=np.stack([result.truncated for result in results]),
        episode_step=np.stack([row[2] for row in rows]),
        simulator_reward=np.stack([result.simulator_reward for result in results]),
        info={key: np.stack([r.info[key] for r in results]) for key in results[0].info},
    )


def close(value, expected, name, tolerance=2e-5):
    """Equal but for the rounding of float32."""
    np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance, err_msg=name)
