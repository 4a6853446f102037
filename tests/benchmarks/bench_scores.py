"""How long until a score is reached: our population beside two ways of the peers, equal scores.

    python tests/benchmarks/bench_scores.py [--seeds 0 1 2] [--environments ...] [--ways ...]

Sixteen candidates (those of `bench_peers.py`) are trained in three ways: the peers' (a fresh
process each, a core each, Stable-Baselines3's PPO with its defaults, the reward at every step in
Python), the same with SB3 at its best (EnvPool, normalised, the settings of our own task, which
were chosen for speed), and ours.  The peers' time is that of all their candidates to the end,
`measured` of them trained and the time multiplied; their score is the best fitness among those.
Ours trains all sixteen from nothing with 1/16, 1/8, 1/4, 1/2, 3/4 and all of the steps (from
`--least` on), and counts the whole time of the first run where one of the same measured candidates
reaches that score, or of one half way to the run before, if that does, too (none: "not reached").
Seconds and ratio are of one seed, the ways in turn; the table has the median and the range.  Prints
and writes results/scores.json after each row; rows of other seeds, environments and ways stay.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import envpool
import numpy as np
import torch
from bench_peers import CANDIDATES, EPISODES, TASKS, cores, evaluate, rewarded, run_ours, sources
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from rewardsmith import load_environment
from rewardsmith.training.settings import PpoSettings, resolve_settings

RESULTS = Path(__file__).parent / "results" / "scores.json"
STEPS = {"cartpole": 65_536, "half-cheetah": 131_072}
"""Environment steps of a candidate of the peers."""
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1)
"""Ours is trained with these parts of the steps, the smallest first."""
WAYS = ("defaults", "tuned")


class Pooled(VecEnv):
    """EnvPool as SB3's vector environment, with a candidate's reward for a whole batch.

    Episodes begin again in the step in which they end, as SB3 expects: reset by id.
    """

    def __init__(self, name: str, source: str, seed: int, count: int) -> None:
        self.name = name
        scope: dict[str, Any] = {"np": np}
        exec(source, scope)
        self.reward = scope["compute_reward"]
        self.pool = envpool.make_gymnasium(TASKS[name][0], num_envs=count, seed=seed, num_threads=1)
        super().__init__(count, self.pool.observation_space, self.pool.action_space)

    def reset(self) -> np.ndarray:
        return np.array(self.pool.reset()[0])

    def step_async(self, actions: np.ndarray) -> None:
        self.actions = actions

    def step_wait(self) -> Any:
        obs, _, terminated, truncated, info = self.pool.step(self.actions)
        if self.name == "cartpole":
            total, _ = self.reward(pole_angle=obs[:, 2], cart_position=obs[:, 0])
        else:
            total, _ = self.reward(forward_velocity=info["x_velocity"], action=self.actions)
        done = terminated | truncated
        told: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if done.any():
            ended, obs = np.flatnonzero(done), np.array(obs)
            for number in ended:
                timed_out = bool(truncated[number] and not terminated[number])
                told[number] = {
                    "terminal_observation": obs[number].copy(),
                    "TimeLimit.truncated": timed_out,
                }
            obs[ended] = self.pool.reset(ended)[0]
        return obs, np.asarray(total, np.float32), done, told

    def close(self) -> None:
        self.pool.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise AttributeError(attr_name)

    def env_method(self, method_name: str, *_: Any, **__: Any) -> list[Any]:
        raise AttributeError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * self.num_envs


def tuned(name: str, source: str, seed: int) -> float:
    """One candidate with SB3 at its best; its fitness."""
    mine = resolve_settings(load_environment(name).task.settings)
    venv = VecNormalize(Pooled(name, source, seed, mine.environments), gamma=mine.discount)
    model = _tuned_model(venv, mine, seed).learn(STEPS[name])

    class Normalised:
        """A policy that is handed raw observations."""

        def predict(self, obs: np.ndarray, *, deterministic: bool) -> Any:
            return model.predict(venv.normalize_obs(obs), deterministic=deterministic)

    judge = rewarded(name, source)
    return statistics.fmean(evaluate(name, Normalised(), judge) for _ in range(EPISODES))


def _tuned_model(venv: VecNormalize, mine: PpoSettings, seed: int) -> PPO:
    return PPO(
        "MlpPolicy",
        venv,
        n_steps=mine.rollout,
        batch_size=mine.minibatch,
        n_epochs=mine.epochs,
        learning_rate=lambda left: mine.learning_rate * (1 - mine.learning_rate_decay * (1 - left)),
        gamma=mine.discount,
        gae_lambda=mine.trace,
        policy_kwargs={"net_arch": list(mine.hidden), "log_std_init": mine.log_deviation},
        seed=seed,
        device="cpu",
    )


def defaults(name: str, source: str, seed: int) -> float:
    """One candidate as the peers train it; its fitness."""
    environment = rewarded(name, source)
    model = PPO("MlpPolicy", environment, seed=seed, device="cpu").learn(STEPS[name])
    return statistics.fmean(evaluate(name, model, environment) for _ in range(EPISODES))


def part(seed: int, measured: int) -> slice:
    """The candidates that are measured with a seed."""
    stride = CANDIDATES // measured
    return slice(seed % stride, None, stride)


def theirs(way: str, name: str, seed: int, measured: int) -> tuple[float, float]:
    """Seconds of all candidates of a way, from those measured, and the best fitness of these."""

    def one(source: str) -> float:
        command = [sys.executable, __file__, "--one", way, name, str(seed), source]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(told.stdout.strip().splitlines()[-1])

    began = time.monotonic()
    with ThreadPoolExecutor(cores()) as pool:
        fitness = list(pool.map(one, sources(name)[part(seed, measured)]))
    return (time.monotonic() - began) * CANDIDATES / len(fitness), max(fitness)


def ours(name: str, seed: int, chosen: argparse.Namespace, score: float) -> dict[str, Any]:
    """The shortest training from nothing that has one of the same candidates at the score."""
    tried: dict[float, tuple[float, float]] = {}

    def reaches(share: float) -> bool:
        seconds, fitness = run_ours(name, round(STEPS[name] * share), seed)
        tried[share] = seconds, max(fitness[part(seed, chosen.measured)])
        return tried[share][1] >= score

    shares = [share for share in SHARES if share >= chosen.least]
    reached = next((share for share in shares if reaches(share)), None)
    before = len(tried) - 2
    if reached is not None and before >= 0:
        between = (shares[before] + reached) / 2
        reached = between if reaches(between) else reached
    seconds, best = (
        tried[reached] if reached is not None else (None, max(b for _, b in tried.values()))
    )
    return {
        "rewardsmith_seconds": seconds and round(seconds, 1),
        "rewardsmith_best": round(best, 1),
        "share": reached,
        "tried": sorted(tried),
    }


def measure(name: str, way: str, seed: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """The peers' way, then ours."""
    seconds, score = theirs(way, name, seed, chosen.measured)
    own = ours(name, seed, chosen, score)
    ratio = seconds / own["rewardsmith_seconds"] if own["rewardsmith_seconds"] else None
    return {
        "environment": name,
        "way": way,
        "seed": seed,
        "peers_seconds": round(seconds, 1),
        "peers_best": round(score, 1),
        **own,
        "ratio": ratio and round(ratio, 1),
    }


def table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Median and range of the ratio of every environment and way."""
    found: dict[str, Any] = {}
    for row in rows:
        found.setdefault(f"{row['environment']}, {row['way']}", []).append(row["ratio"])
    return {
        key: {"not_reached": ratios.count(None)}
        if None in ratios
        else {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}
        for key, ratios in found.items()
    }


def main() -> None:
    """Measure, print, write."""
    if sys.argv[1:2] == ["--one"]:
        way, name, seed, source = sys.argv[2:6]
        torch.set_num_threads(1)
        print({"defaults": defaults, "tuned": tuned}[way](name, source, int(seed)))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--measured", type=int, default=4, choices=[2, 4, 8, 16])
    parser.add_argument("--environments", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--least", type=float, default=SHARES[0])
    arguments = parser.parse_args()
    for seed, name, way in itertools.product(
        arguments.seeds, arguments.environments, arguments.ways
    ):
        write(measure(name, way, seed, arguments))


def write(row: dict[str, Any]) -> None:
    """results/scores.json with this row in the place of an older one."""
    print(json.dumps(row), flush=True)

    def key(known: dict[str, Any]) -> tuple[Any, ...]:
        return known["environment"], WAYS.index(known["way"]), known["seed"]

    known = json.loads(RESULTS.read_text())["rows"] if RESULTS.exists() else []
    rows = sorted([*(k for k in known if key(k) != key(row)), row], key=key)
    facts = {
        "command": "python tests/benchmarks/bench_scores.py",
        "machine": f"{platform.machine()}, {cores()} cores",
        "date": datetime.now(UTC).date().isoformat(),
        "steps": STEPS,
        "ratios": table(rows),
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
