"""What more candidates and seeds cost: seconds and memory from 4 to 256 members, and the start.

    python tests/benchmarks/bench_scaling.py [--environment cartpole] [--rounds 3] [--axis seeds]

Members (half of them candidates, two seeds each; with `--axis seeds` two candidates, half as many
seeds each) are trained for the same steps each, the sizes in turn.  Memory is the greatest sum,
seen every quarter of a second, of the proportional set sizes of all processes that the command line
starts: trainers, fork servers, reward processes.  `start` is `rewardsmith train` in a fresh
process, to the news that its first block of environment steps is done (the first step comes before
that).  Writes results/scaling.json and, as a plot, scaling.svg; of seeds results/scaling_seeds.json
and its plot.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from rewardsmith import load_environment
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.training.settings import resolve_settings
from rewardsmith.workshop import Workshop

RESULTS = Path(__file__).parent / "results"
SIZES = (4, 16, 64, 256)
STEPS = 10_240
LONG = (64, 102_400)
"""Members and steps of the one training whose memory is told apart."""
STEPPED = "stepped at"
WATCHED = f"""
import sys, time
from rewardsmith.cli import main
from rewardsmith.executor import TrainerServer
train = TrainerServer.train
def watched(server, job):
    known = False
    for reply in train(server, job):
        if not known and type(reply).__name__ == "TrainProgress":
            print("{STEPPED}", time.time(), flush=True)
            known = True
        yield reply
TrainerServer.train = watched
sys.exit(main(sys.argv[1:]))
"""
"""The command line, which prints when the trainer tells of its first steps."""
CODE = """def compute_reward(obs):
    up = {weight} - np.abs(obs[:, -1])
    return up, {{"up": up}}
"""


def children(of: int) -> list[int]:
    """All processes below one."""
    found = [of]
    for task in Path(f"/proc/{of}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found


def memory() -> float:
    """Megabytes of the processes below this one, shared pages divided among their users."""
    total = 0
    for process in children(os.getpid())[1:]:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it has just ended
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


class Watch(threading.Thread):
    """The greatest memory that was seen."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.ended = 0.0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.25):
            try:
                self.peak = max(self.peak, memory())
            except OSError:
                continue  # a process ended while the tree was read


@dataclass(frozen=True, slots=True)
class Size:
    """What is trained together."""

    candidates: int
    seeds: int


AXES: dict[str, Callable[[int], Size]] = {
    "candidates": lambda members: Size(members // 2, 2),
    "seeds": lambda members: Size(2, members // 2),
}
"""So many members."""


def train(
    workshop: Workshop, name: str, size: Size, steps: int, *, episodes: int = 20
) -> dict[str, float]:
    """Seconds from the job's start to its last result, and the peak of memory in megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id="scaling",
            environment=load_environment(name).specification,
            rewards=tuple(
                TrainReward(id=f"c{number:03d}", source=CODE.format(weight=1 + number / 100))
                for number in range(size.candidates)
            ),
            seeds=tuple(range(size.seeds)),
            steps=steps,
            folder=folder,
            evaluation_episodes=episodes,
        )
        watch = Watch()
        watch.start()
        began = time.monotonic()
        results = [r for r in workshop.trainer.train(job) if isinstance(r, TrainResult)]
        seconds = time.monotonic() - began
        watch.ended.set()
        watch.join()
    assert len(results) == size.candidates
    assert all(result.failure is None for result in results)
    return {"seconds": round(seconds, 2), "megabytes": round(watch.peak)}


def start(name: str, command: str = "train", *, cache: str = "") -> float:
    """Seconds from starting `rewardsmith train`, or `evolve`, to the news of its first block.

    `cache` is the folder in which banks are kept, the user's own where it is empty.
    """
    settings = load_environment(name).task.settings
    steps = str(resolve_settings(settings).rows)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        reward = Path(folder) / "reward.py"
        reward.write_text(CODE.format(weight=1.0))
        chosen = {
            "train": ["train", str(reward), "-e", name],
            "evolve": ["evolve", name, "--proposer", "composer", "--candidates", "2"],
        }
        typed = [sys.executable, "-c", WATCHED, *chosen[command]]
        typed += ["--steps", steps, "--seeds", "1", "--workers", "1"]
        variables = dict(os.environ) | ({"XDG_CACHE_HOME": cache} if cache else {})
        began = time.time()
        return round(_stepped(typed, folder, variables) - began, 2)


def _stepped(command: list[str], folder: str, variables: dict[str, str]) -> float:
    """When the command told of its first steps; it is ended there."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            for line in process.stdout:
                if line.startswith(STEPPED):
                    return float(line.removeprefix(STEPPED))
            raise RuntimeError(process.stderr.read())
        finally:
            process.kill()


def summary(values: list[float]) -> dict[str, float]:
    """Median and range."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def plot(rows: dict[int, dict[str, Any]], path: Path) -> None:
    """Seconds and memory over members, both axes logarithmic, with a line of slope 1."""
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    sizes = list(rows)
    for axis, (what, label) in zip(
        axes, (("seconds", "seconds"), ("megabytes", "memory, MB")), strict=True
    ):
        values = [rows[size][what] for size in sizes]
        middle = [value["median"] for value in values]
        axis.plot(sizes, middle, "o-", label="measured")
        axis.vlines(sizes, [v["low"] for v in values], [v["high"] for v in values])
        line = [middle[-1] * size / sizes[-1] for size in sizes]
        axis.plot(sizes, line, ":", color="grey", label="linear")
        axis.set(xscale="log", yscale="log", xlabel="members", ylabel=label)
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.legend()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environment", default="cartpole")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--axis", choices=AXES, default="candidates", help="what there is more of")
    arguments = parser.parse_args()
    name: str = arguments.environment
    sized = AXES[arguments.axis]
    seen: dict[int, list[dict[str, float]]] = {size: [] for size in SIZES}
    starts: list[float] = []
    loads: list[float] = []
    with Workshop() as workshop:
        train(workshop, name, sized(4), 1024)  # servers and workers are warm from here on
        for _ in range(arguments.rounds):
            loads.append(os.getloadavg()[0])
            starts.append(start(name))
            for size in SIZES:
                seen[size].append(train(workshop, name, sized(size), STEPS))
                print(size, seen[size][-1], flush=True)
        long = train(workshop, name, sized(LONG[0]), LONG[1])
    rows = {
        size: {what: summary([one[what] for one in measured]) for what in ("seconds", "megabytes")}
        for size, measured in seen.items()
    }
    facts = {
        "command": f"python tests/benchmarks/bench_scaling.py --environment {name}"
        + ("" if arguments.axis == "candidates" else f" --axis {arguments.axis}"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).date().isoformat(),
        "load": summary(loads),
        "environment": name,
        "axis": arguments.axis,
        "steps": STEPS,
        "members": rows,
        "long": {"members": LONG[0], "steps": LONG[1], **long},
        "start_seconds": summary(starts),
    }
    file = "scaling" if arguments.axis == "candidates" else f"scaling_{arguments.axis}"
    (RESULTS / f"{file}.json").write_text(json.dumps(facts, indent=1) + "\n")
    plot(rows, RESULTS / f"{file}.svg")
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
