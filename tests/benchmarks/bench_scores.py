"""How long until a score is reached: our population beside the peers' ways, equal scores.

    python tests/benchmarks/bench_scores.py [--seeds 0 1 2] [--environments ...] [--ways ...]
    python tests/benchmarks/bench_scores.py --trial [--environments ...] [--ways ...]

Sixteen candidates (those of `bench_peers.py`) are trained in several ways: the peers' (a fresh
process each, a core each, Stable-Baselines3's PPO with its defaults, the reward at every step in
Python), the same with SB3 at its best (EnvPool, the reward for a whole batch, and the settings of
our own task, which were chosen for speed, or those of others, `published_settings.py`), and ours.
A way is `defaults`, `tuned` (our task's settings) or a published setting's name; `zoo@32` is the
zoo's with 32 environments and as many transitions an update.

The peers' time is that of all their candidates to the end, `measured` of them trained and the time
multiplied; their score is the best fitness among those.  Ours trains all sixteen from nothing with
1/16, 1/8, 1/4, 1/2, 3/4 and all of the steps (from `--least` on, and with 3/2, 2 and 3 times as
many up to `--most`), and counts the whole time of the first run where one of the same measured
candidates reaches that score, or of one half way to the run before, if that does, too (none: "not
reached").  A training of ours with a seed counts for all ways.  Seconds and ratio are of one seed,
the ways in turn; the table has the median and the range.

`--trial` trains one candidate a way, with the environment's own reward, in one fresh process, to
choose which of the settings to compare: its fitness at the end, seconds on the clock and of the
processor, and metres or steps for a processor's second.

Prints and writes results/scores.json after each row; what else stands there stays.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench_peers import (
    CANDIDATES,
    EPISODES,
    HALF_CHEETAH,
    cores,
    evaluate,
    rewarded,
    run_ours,
    sources,
)
from published_settings import setting_of, ways_of

RESULTS = Path(__file__).parent / "results" / "scores.json"
STEPS = {"cartpole": 65_536, "half-cheetah": 131_072}
"""Environment steps of a candidate of the peers."""
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1, 3 / 2, 2, 3)
"""Ours is trained with these parts of the steps, the smallest first."""
Tried = dict[float, tuple[float, float]]
"""Of trainings of ours with a seed: by the part of the steps, seconds and the best fitness."""
WAYS = {
    "cartpole": ("defaults", "tuned", "tuned@32", "zoo@32"),
    "half-cheetah": ("defaults", "tuned", "tuned@32", "zoo@32"),
}
"""What is compared: SB3's defaults, our task's settings, and what was best in the trials."""
HUMAN = {
    "cartpole": """def compute_reward(pole_angle, cart_position):
    return np.ones_like(pole_angle), {}
""",
    "half-cheetah": HALF_CHEETAH.format(weight=0.1),
}
"""The environments' own rewards."""


def pooled(way: str, name: str, source: str, seed: int) -> float:
    """One candidate with SB3, EnvPool and the setting of a way; its fitness."""
    from pooled_sb3 import train_pooled

    return train_pooled(name, source, seed, setting_of(name, way), STEPS[name])


def defaults(name: str, source: str, seed: int) -> float:
    """One candidate as the peers train it; its fitness."""
    from stable_baselines3 import PPO

    environment = rewarded(name, source)
    model = PPO("MlpPolicy", environment, seed=seed, device="cpu").learn(STEPS[name])
    return statistics.fmean(evaluate(name, model, environment) for _ in range(EPISODES))


def part(seed: int, measured: int) -> slice:
    """The candidates that are measured with a seed."""
    stride = CANDIDATES // measured
    return slice(seed % stride, None, stride)


def alone(way: str, name: str, seed: int, source: str) -> float:
    """One candidate in a fresh process; its fitness."""
    command = [sys.executable, __file__, "--one", way, name, str(seed), source]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(told.stdout.strip().splitlines()[-1])


def trial(name: str, way: str, seed: int) -> dict[str, Any]:
    """The human reward in one fresh process: fitness, seconds on the clock and of the processor."""
    load, began, before = os.getloadavg()[0], time.monotonic(), _processor_seconds()
    fitness = alone(way, name, seed, HUMAN[name])
    seconds, used = time.monotonic() - began, _processor_seconds() - before
    return {
        "environment": name,
        "way": way,
        "seed": seed,
        "fitness": round(fitness, 1),
        "seconds": round(seconds, 1),
        "processor_seconds": round(used, 1),
        "fitness_per_second": round(fitness / used, 2),
        "load": round(load, 1),
    }


def _processor_seconds() -> float:
    """Seconds of the processor of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def theirs(way: str, name: str, seed: int, measured: int) -> tuple[float, float]:
    """Seconds of all candidates of a way, from those measured, and the best fitness of these."""
    chosen = sources(name)[part(seed, measured)]
    began = time.monotonic()
    with ThreadPoolExecutor(cores()) as pool:
        fitness = list(pool.map(lambda source: alone(way, name, seed, source), chosen))
    return (time.monotonic() - began) * CANDIDATES / len(fitness), max(fitness)


def ours(
    name: str, seed: int, chosen: argparse.Namespace, score: float, tried: Tried
) -> dict[str, Any]:
    """The shortest training from nothing that has one of the same candidates at the score."""

    def reaches(share: float) -> bool:
        if share not in tried:
            steps = round(STEPS[name] * share)
            seconds, fitness = run_ours(name, steps, seed, chosen.racing)
            tried[share] = seconds, max(fitness[part(seed, chosen.measured)])
        return tried[share][1] >= score

    shares = [share for share in SHARES if chosen.least <= share <= chosen.most]
    reached = next((share for share in shares if reaches(share)), None)
    before = shares.index(reached) - 1 if reached is not None else -1
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
        "tried": {share: [round(s, 1), round(b, 1)] for share, (s, b) in sorted(tried.items())},
        "measured": chosen.measured,
        "racing": chosen.racing,
    }


def measure(
    name: str, way: str, seed: int, chosen: argparse.Namespace, tried: Tried
) -> dict[str, Any]:
    """The peers' way, then ours."""
    seconds, score = theirs(way, name, seed, chosen.measured)
    own = ours(name, seed, chosen, score, tried)
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
        racing = row.get("racing", "off")
        key = f"{row['environment']}, {row['way']}" + (f", {racing}" if racing != "off" else "")
        found.setdefault(key, []).append(row["ratio"])
    return {
        key: {"not_reached": ratios.count(None)}
        if None in ratios
        else {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}
        for key, ratios in found.items()
    }


def main() -> None:
    """Measure, print, write."""
    if sys.argv[1:2] == ["--one"]:
        import torch

        way, name, seed, source = sys.argv[2:6]
        torch.set_num_threads(1)
        chosen = (name, source, int(seed))
        print(defaults(*chosen) if way == "defaults" else pooled(way, *chosen))
        return
    arguments = _arguments()
    for seed, name in itertools.product(arguments.seeds, arguments.environments):
        tried: Tried = {}
        for way in arguments.ways or (ways_of(name) if arguments.trial else WAYS[name]):
            if arguments.trial:
                write("trials", trial(name, way, seed))
            else:
                write("rows", measure(name, way, seed, arguments, tried))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+")
    parser.add_argument("--measured", type=int, default=4, choices=[2, 4, 8, 16])
    parser.add_argument("--environments", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--ways", nargs="+")
    parser.add_argument("--least", type=float, default=SHARES[0])
    parser.add_argument("--most", type=float, default=1, help="up to 3 times the peers' steps")
    parser.add_argument("--racing", default="off", help="a rule, by which ours stops candidates")
    parser.add_argument("--trial", action="store_true")
    arguments = parser.parse_args()
    arguments.seeds = arguments.seeds or ([0] if arguments.trial else [0, 1, 2])
    if not any(arguments.least <= share <= arguments.most for share in SHARES):
        parser.error(f"no part of the steps lies from {arguments.least} to {arguments.most}")
    for name, way in itertools.product(arguments.environments, arguments.ways or ()):
        try:
            way == "defaults" or setting_of(name, way)
        except ValueError as error:
            parser.error(str(error))
    return arguments


def write(kind: str, row: dict[str, Any]) -> None:
    """results/scores.json with this row or trial in the place of an older one."""
    print(json.dumps(row), flush=True)

    def key(known: dict[str, Any]) -> tuple[Any, ...]:
        way = known["way"]
        place = known["environment"], way != "defaults", way != "tuned", way
        return *place, known.get("racing", "off"), known["seed"]

    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept = {"trials": known.get("trials", []), "rows": known.get("rows", [])}
    kept[kind] = sorted([*(k for k in kept[kind] if key(k) != key(row)), row], key=key)
    facts = {
        "command": "python tests/benchmarks/bench_scores.py",
        "machine": f"{platform.machine()}, {cores()} cores",
        "date": datetime.now(UTC).date().isoformat(),
        "steps": STEPS,
        "ratios": table(kept["rows"]),
        **kept,
    }
    RESULTS.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
