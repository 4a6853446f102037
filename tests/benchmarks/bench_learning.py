"""Does the population trainer learn?  Its returns beside Stable-Baselines3's PPO.

    python tests/benchmarks/bench_learning.py [--seeds 5] [--peer-seeds 5] [--environments ...]

Three rows an environment, all with the simulator's own reward, the same environment steps and the
same seeds: rewardsmith's population, SB3's PPO with its defaults and observations and rewards
normalised as ours are (VecNormalize), and SB3's PPO as shipped.  The figure is the simulator's
own return of 20 evaluation episodes, deterministic policy, mean over the seeds with its standard
deviation; `seconds` is wall-clock of all seeds together, rewardsmith's two workers against two
SB3 processes at a time.  Prints a table and writes results/learning.json with machine and date.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

TASKS = {
    "cartpole": ("CartPole-v1", 60_000, 475.0),
    "pendulum": ("Pendulum-v1", 200_000, -250.0),
    "half-cheetah": ("HalfCheetah-v5", 1_000_000, 2_000.0),
}
EPISODES = 20
RESULTS = Path(__file__).parent / "results" / "learning.json"


def train_population(name: str, steps: int, seeds: list[int]) -> list[float]:
    """Our returns, one a seed."""
    from rewardsmith import load_environment, train

    result = train(
        "human", load_environment(name), steps=steps, seeds=seeds, evaluation_episodes=EPISODES
    )
    return [
        statistics.fmean(episode.simulator_return for episode in member.episodes)
        for member in result.members
    ]


def train_sb3(job: tuple[str, int, int, bool]) -> float:
    """One seed of SB3's PPO; `normalised` adds VecNormalize over both."""
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.vec_env import VecNormalize

    torch.set_num_threads(1)
    identifier, steps, seed, normalised = job
    environment = make_vec_env(identifier, n_envs=1, seed=seed)
    if normalised:
        environment = VecNormalize(environment, gamma=0.99)
    model = PPO("MlpPolicy", environment, seed=seed, device="cpu").learn(steps)
    judge = make_vec_env(identifier, n_envs=1, seed=seed + 10_000)
    if normalised:
        statistics_of = environment.obs_rms
        judge = VecNormalize(judge, training=False, norm_reward=False)
        judge.obs_rms = statistics_of
    mean, _ = evaluate_policy(model, judge, n_eval_episodes=EPISODES, deterministic=True)
    return float(mean)


def measure(name: str, seeds: list[int]) -> dict[str, object]:
    """Our row."""
    began = time.monotonic()
    return _row(train_population(name, TASKS[name][1], seeds), began)


def measure_peers(name: str, seeds: list[int]) -> dict[str, dict[str, object]]:
    """SB3's two rows, each seed in a fresh process, two at a time."""
    identifier, steps, _ = TASKS[name]
    context = multiprocessing.get_context("spawn")
    rows: dict[str, dict[str, object]] = {}
    for label, normalised in (("sb3, same normalisation", True), ("sb3, as shipped", False)):
        began = time.monotonic()
        with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
            jobs = [(identifier, steps, seed, normalised) for seed in seeds]
            rows[label] = _row(list(pool.map(train_sb3, jobs)), began)
    return rows


def _row(returns: list[float], began: float) -> dict[str, object]:
    return {
        "mean": round(statistics.fmean(returns), 1),
        "deviation": round(statistics.stdev(returns), 1) if len(returns) > 1 else None,
        "returns": [round(value, 1) for value in returns],
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--peer-seeds", type=int, default=5, help="0 keeps SB3's known rows")
    parser.add_argument("--environments", nargs="+", default=list(TASKS), choices=list(TASKS))
    arguments = parser.parse_args()
    known = json.loads(RESULTS.read_text())["environments"] if RESULTS.is_file() else {}
    for name in arguments.environments:
        rows = dict(known.get(name, {}).get("rows", {}))
        rows["rewardsmith"] = measure(name, list(range(arguments.seeds)))
        if arguments.peer_seeds:
            rows |= measure_peers(name, list(range(arguments.peer_seeds)))
        known[name] = {"steps": TASKS[name][1], "wanted": TASKS[name][2], "rows": rows}
        for label, row in rows.items():
            print(
                f"{name:14s} {label:24s} {row['mean']:>9} ± {row['deviation']} {row['seconds']} s"
            )
        _write(known)


def _write(environments: dict[str, object]) -> None:
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    date = datetime.now(UTC).date().isoformat()
    facts = {"machine": machine, "date": date, "environments": environments}
    RESULTS.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
