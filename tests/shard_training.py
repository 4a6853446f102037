"""Shards trained in this process, for the tests of the trainer."""

import numpy as np

from rewardsmith.environments import load_environment
from rewardsmith.records import MemberResult, TrainJob, TrainReward
from rewardsmith.training.policy import load_policy
from rewardsmith.training.population import train_shard

SMALL = {"environments": 4, "rollout": 32, "minibatch": 32, "epochs": 2, "hidden": [32, 16]}
UPRIGHT = """
def compute_reward(pole_angle, previous_pole_angle, action, terminated):
    upright = 1.0 - np.abs(pole_angle)
    change = np.abs(previous_pole_angle) - np.abs(pole_angle)
    return upright + change, {"upright": upright, "change": change}
"""
UNTIL_LATER = """
def compute_reward(episode_step, pole_angle):
    total = 1.0 - np.abs(pole_angle)
    return np.where(episode_step > 40, np.nan, total), {"total": total}
"""


def make_job(folder, environment="cartpole", *, rewards=(), seeds=range(8), steps=512, **settings):
    rewards = rewards or (
        TrainReward(id="human", kind="human"),
        TrainReward(id="fitness", kind="fitness"),
    )
    return TrainJob(
        id="test",
        environment=load_environment(environment).specification,
        rewards=tuple(rewards),
        seeds=tuple(seeds),
        steps=steps,
        folder=str(folder),
        settings=SMALL | settings,
        evaluation_episodes=4,
    )


def run(job, members, server=None):
    """Results by reward and seed, and the arrays of the policies that were saved."""
    results, arrays = {}, {}
    for record in train_shard(job, members, server):
        if isinstance(record, MemberResult):
            key = record.reward, record.seed
            results[key] = record
            if record.policy is not None:
                arrays[key] = load_policy(f"{job.folder}/{record.policy}").arrays
    return results, arrays


def assert_same(left, right, key):
    """Bit for bit the same results and weights of one member in two runs."""
    assert left[0][key] == right[0][key]
    for name, array in left[1][key].items():
        np.testing.assert_array_equal(array, right[1][key][name], err_msg=name)
