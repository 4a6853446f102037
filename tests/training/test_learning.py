"""What the trainer must learn with each task's own settings, mean of five seeds."""

import numpy as np
import pytest

from rewardsmith.environments import load_environment
from rewardsmith.records import MemberResult, TrainJob, TrainReward
from rewardsmith.training.population import train_shard

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]


def train(folder, environment, kind, steps, seeds=range(5)):
    job = TrainJob(
        id="learning",
        environment=environment.specification,
        rewards=(TrainReward(id=kind, kind=kind),),
        seeds=tuple(seeds),
        steps=steps,
        folder=str(folder),
    )
    records = train_shard(job, [(0, seed) for seed in job.seeds], None)
    return [record for record in records if isinstance(record, MemberResult)]


@pytest.mark.parametrize(
    ("name", "steps", "least"),
    [
        ("cartpole", 60_000, 475.0),
        ("pendulum", 200_000, -250.0),
        ("half-cheetah", 1_000_000, 2000.0),
    ],
)
def test_the_human_reward_is_learned(tmp_path, name, steps, least):
    members = train(tmp_path, load_environment(name), "human", steps)
    returns = [episode.simulator_return for member in members for episode in member.episodes]
    assert np.mean(returns) >= least


def goals_reached(folder, environment, kind):
    """Share of evaluation episodes that end at mountain car's flag, sixteen seeds."""
    members = train(folder, environment, kind, 40_000, seeds=range(16))
    return np.mean([episode.terminated for member in members for episode in member.episodes])


def test_mountain_car_is_solved_by_time_and_by_energy_but_not_by_its_goal_alone(tmp_path):
    environment = load_environment("mountain-car")
    assert goals_reached(tmp_path, environment, "human") >= 0.9
    assert goals_reached(tmp_path, environment, "sparse") < 0.05
    energy = "mechanical_energy - previous_mechanical_energy"
    environment = load_environment("mountain-car", fitness=energy, words="gain energy")
    assert goals_reached(tmp_path, environment, "fitness") >= 0.9
