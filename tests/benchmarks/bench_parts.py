"""What the parts of training cost: the update, idle cores, memory, the start; a sub-command each.

    python tests/benchmarks/bench_parts.py update|overlap|memory|start

`update` (see `parts_update.py`): one update of eight members by hand, by autograd, and compiled,
in turn, in processor time; the three must end at the same weights.

`overlap`: a population of sixteen in two workers.  A worker is busy for its processor time (its
simulator's thread included) over wall-clock; `kept waiting` is the time that its threads had to
wait for a core (another's, so it should be small), and the rest is idle.  What it does not use, the
reward processes may: `all` is the processor time of everything over wall-clock times cores, from
the job's start to its end.  Overlapping rollout and update can fill the idle share, no more.

`memory`: the peak, as `bench_scaling.py` reads it, of members (half of them candidates, two seeds
each) that train two blocks of every bundled environment and are evaluated; memory does not grow
with steps (results/scaling.json).  64 members are trained where simulators are small, elsewhere 4
and 16, and 64 lie on the line through these.  At its peak a member has its simulators of training
and of evaluation; beside it stands EnvPool alone with as many.  `without a picture` is EnvPool with
the control suite's small sky, as trainings have it (rewardsmith/backends/skies.py).

`start`: seconds from the command to the news that the first block of training is done, of `train`
and of `evolve` with the composer, with a cache that is empty and then with the one it left.

Each writes its part of results/parts.json, and the tables of all parts, results/parts.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bench_scaling as scaling
from measured_training import machine, settings_of
from parts_tables import tables

from rewardsmith import load_environment
from rewardsmith.backends.skies import base_path_without_sky
from rewardsmith.environments import environment_names
from rewardsmith.records import TrainJob, TrainReward
from rewardsmith.training.evaluation import environments_for
from rewardsmith.workshop import Workshop

RESULTS = Path(__file__).parent / "results" / "parts.json"
UPDATED = ("cartpole", "half-cheetah")
STARTED = ("cartpole", "half-cheetah", "cheetah-run")
MANY, FEW = (64,), (4, 16)
"""Members that are trained: where simulators are small, and where they are not."""
TARGET = 64
LARGE = 5.0
"""Megabytes of a simulator from which few members are trained."""
WORKERS = 2
POOL = """
import json, sys, time, warnings
import envpool, numpy as np
def memory():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
warnings.simplefilter("ignore")
name, count, options = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
envpool.make(name, env_type="gymnasium", num_envs=1, **options).reset()
before, began = memory(), time.process_time()
pool = envpool.make(name, env_type="gymnasium", num_envs=count, num_threads=1, **options)
pool.reset()
space = pool.action_space
still = np.zeros((count, *space.shape), space.dtype if space.shape else np.int32)
for _ in range(10):
    pool.step(still)
seconds = time.process_time() - began
print(json.dumps({"megabytes": (memory() - before) / count, "seconds": seconds / count}))
"""
"""EnvPool alone: what a simulator takes, after one was made before."""


# ---------------------------------------------------------------- update


def update(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every way on every environment."""
    from parts_update import measure

    rounds, members = arguments.rounds or 15, arguments.members or 8
    return {name: measure(name, members, rounds) for name in arguments.environments or UPDATED}


# ---------------------------------------------------------------- overlap


def processor_seconds() -> float:
    """User and system time of all processes below this one, with those that they waited for."""
    total = 0
    for process in scaling.children(os.getpid())[1:]:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / os.sysconf("SC_CLK_TCK")


def busy(workshop: Workshop, name: str, members: int, seconds: float) -> dict[str, Any]:
    """One training: the busy share of the workers, of all processes, and each phase's of wall."""
    with tempfile.TemporaryDirectory() as folder:
        sources = (scaling.CODE.format(weight=1 + number / 100) for number in range(members))
        job = TrainJob(
            id="busy",
            environment=load_environment(name).specification,
            rewards=tuple(
                TrainReward(id=f"c{number:02d}", source=source)
                for number, source in enumerate(sources)
            ),
            seeds=(0,),
            steps=1_000_000_000,  # it ends by the clock, before the learning rate has fallen
            folder=folder,
            settings={"trainer": "parts_worker:busy_shard", "busy_seconds": seconds},
        )
        before, began = processor_seconds(), time.perf_counter()
        for _ in workshop.trainer.train(job):
            pass
        wall, spent = time.perf_counter() - began, processor_seconds() - before
        shards = [json.loads(path.read_text()) for path in Path(folder).glob("busy-*.json")]
    inside = sum(shard["wall"] for shard in shards)
    phases = {
        phase: sum(shard["phases"].get(phase, 0.0) for shard in shards) / inside
        for phase in ("simulate", "act", "reward", "update")
    }
    workers, waiting = (sum(s[key] for s in shards) / inside for key in ("processor", "waiting"))
    return {"workers": workers, "waiting": waiting, "all": spent / (wall * WORKERS), **phases}


def overlap(arguments: argparse.Namespace) -> dict[str, Any]:
    """How busy the cores are, environments in turn."""
    names = arguments.environments or UPDATED
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    members, seconds = arguments.members or 16, arguments.seconds
    with Workshop(workers=WORKERS) as workshop:
        for name in names:
            busy(workshop, name, WORKERS, 0.1)  # servers and workers are warm from here on
        for _ in range(arguments.rounds or 5):
            for name in names:
                seen[name].append(busy(workshop, name, members, seconds))
    told = {
        name: {key: spread([row[key] for row in rows]) for key in rows[0]}
        for name, rows in seen.items()
    }
    return {"members": members, "seconds": seconds, "environments": told}


def spread(values: list[float]) -> dict[str, float]:
    """Median and range, rounded."""
    return {key: round(value, 4) for key, value in scaling.summary(values).items()}


# ---------------------------------------------------------------- memory


def simulator(name: str, count: int, **options: Any) -> dict[str, float]:
    """Megabytes of one simulator of EnvPool alone, and seconds to make and begin one."""
    environment = load_environment(name)
    options = {**environment.task.options, **options}
    known = environment.backends["envpool"]
    command = [sys.executable, "-c", POOL, known, str(count), json.dumps(options)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return {key: round(value, 3) for key, value in json.loads(told.stdout).items()}


def remembered(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One environment's row."""
    alone = simulator(name, 32)
    known = load_environment(name).backends["envpool"]
    base_path = base_path_without_sky(known, {})
    small = simulator(name, 32, base_path=base_path) if base_path else None
    settings = settings_of(load_environment(name), {})
    episodes = arguments.episodes
    sizes = FEW if (small or alone)["megabytes"] > LARGE else MANY
    sizes = (arguments.members,) if arguments.members else sizes
    peaks: dict[int, float] = {}
    for size in sizes:
        with Workshop(workers=WORKERS) as workshop:
            scaling.train(workshop, name, scaling.Size(1, 2), settings.rows, episodes=1)
            measured = scaling.train(
                workshop, name, scaling.Size(size // 2, 2), 2 * settings.rows, episodes=episodes
            )
        peaks[size] = measured["megabytes"]
    simulators = settings.environments + environments_for(episodes)
    return {
        "alone": alone,
        "small": small,
        "peaks": peaks,
        "target": on_line(peaks, TARGET),
        "training": settings.environments,
        "simulators": simulators,
        "of_envpool": round(TARGET * simulators * alone["megabytes"]),
    }


def on_line(peaks: Mapping[int, float], members: int) -> float | None:
    """What so many members take: as measured, else on the line through the two sizes that were."""
    if members in peaks or len(peaks) == 1:
        return peaks.get(members)
    (small, low), (large, high) = sorted(peaks.items())
    return round(low + (high - low) * (members - small) / (large - small))


def memory(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every bundled environment that EnvPool runs."""
    names = arguments.environments or [
        name for name in environment_names() if "envpool" in load_environment(name).backends
    ]
    rows: dict[str, Any] = {}
    for name in names:
        rows[name] = remembered(name, arguments)
        print(name, json.dumps(rows[name]), flush=True)
    return {"episodes": arguments.episodes, "members": TARGET, "environments": rows}


# ---------------------------------------------------------------- start


def start(arguments: argparse.Namespace) -> dict[str, Any]:
    """Seconds to the first block, commands and environments in turn, each cache new and known."""
    seen: dict[str, dict[str, list[float]]] = {}
    for _ in range(arguments.rounds or 3):
        for name in arguments.environments or STARTED:
            for command in ("train", "evolve"):
                with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
                    for bank in ("unknown", "known"):
                        found = seen.setdefault(name, {}).setdefault(f"{command}, {bank}", [])
                        found.append(scaling.start(name, command, cache=cache))
                        print(name, command, bank, found[-1], flush=True)
    return {
        name: {way: scaling.summary(values) for way, values in ways.items()}
        for name, ways in seen.items()
    }


PARTS = {"update": update, "overlap": overlap, "memory": memory, "start": start}


def main() -> None:
    """Measure one part, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--environments", nargs="+", help="only these")
    parser.add_argument("--rounds", type=int, help="times that each is measured")
    parser.add_argument("--members", type=int, help="members that train together")
    parser.add_argument("--seconds", type=float, default=20.0, help="of one training (overlap)")
    parser.add_argument(
        "--episodes", type=int, default=20, help="of a member's evaluation (memory)"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file that is written")
    arguments = parser.parse_args()
    facts = json.loads(arguments.results.read_text()) if arguments.results.is_file() else {}
    began, load = time.monotonic(), os.getloadavg()[0]
    measured = PARTS[arguments.part](arguments)
    typed = sys.argv[1:]
    if "--results" in typed:
        at = typed.index("--results")
        typed = typed[:at] + typed[at + 2 :]
    facts[arguments.part] = {
        "command": " ".join(["python tests/benchmarks/bench_parts.py", *typed]),
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "load": round(load, 2),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "measured": measured,
    }
    arguments.results.write_text(json.dumps(facts, indent=1) + "\n")
    facts = json.loads(arguments.results.read_text())  # numbers as names are text from here on
    arguments.results.with_suffix(".md").write_text(tables(facts))
    print(tables(facts))


if __name__ == "__main__":
    main()
