"""A job that really trains, for a few seconds, and what the local executor makes of it."""

from rewardsmith import load_environment
from rewardsmith.executor import TrainerServer
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.sandbox import RewardServer

SOURCE = """def compute_reward(pole_angle):
    upright = 1.0 - {} * np.abs(pole_angle)
    return upright, {{"upright": upright}}
"""


def cartpole_job(folder, **settings):
    rewards = [TrainReward(id=f"c{k}", source=SOURCE.format(k + 1)) for k in range(2)]
    return TrainJob(
        id="g00",
        environment=load_environment("cartpole").specification,
        rewards=(*rewards, TrainReward(id="human", kind="human")),
        seeds=(3, 4),
        steps=512,
        folder=str(folder),
        settings=settings,
        evaluation_episodes=1,
    )


def results(executor, job):
    return {r.reward: r for r in executor.train(job) if isinstance(r, TrainResult)}


def local_results(folder):
    with RewardServer.start() as rewards, TrainerServer.start(rewards, workers=2) as server:
        return results(server, cartpole_job(folder))


def files(folder):
    """Everything that a training left, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in ("policies", "trajectories")
        for path in sorted((folder / part).iterdir())
    }
