"""What more candidates and seeds cost: seconds and memory from 4 to 256 members, and the start.

    python tests/benchmarks/bench_scaling.py [--environment cartpole] [--rounds 3]

Members (half of them candidates, two seeds each) are trained for the same steps each, the sizes in
turn.  Memory is the greatest sum, seen every quarter of a second, of the proportional set sizes of
all processes that the command line starts: trainers, fork servers, reward processes.  `start` is
`rewardsmith train` in a fresh process, to the news that its first block of environment steps is
done (the first step comes before that).  Writes results/scaling.json and, as a plot, scaling.svg.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from rewardsmith import load_environment
from rewardsmith.records import TrainJob, TrainResult, TrainReward
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


def train(workshop: Workshop, name: str, members: int, steps: int) -> dict[str, float]:
    """Seconds from the job's start to its last result, and the peak of memory in megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id="scaling",
            environment=load_environment(name).specification,
            rewards=tuple(
                TrainReward(id=f"c{number:03d}", source=CODE.format(weight=1 + number / 100))
                for number in range(members // 2)
            ),
            seeds=(0, 1),
            steps=steps,
            folder=folder,
        )
        watch = Watch()
        watch.start()
        began = time.monotonic()
        trained = sum(isinstance(reply, TrainResult) for reply in workshop.trainer.train(job))
        seconds = time.monotonic() - began
        watch.ended.set()
        watch.join()
    assert trained == members // 2
    return {"seconds": round(seconds, 2), "megabytes": round(watch.peak)}


def start(name: str) -> float:
    """Seconds from starting `rewardsmith train` to the news of its first block of steps."""
    with tempfile.TemporaryDirectory() as folder:
        reward = Path(folder) / "reward.py"
        reward.write_text(CODE.format(weight=1.0))
        command = [sys.executable, "-c", WATCHED, "train", str(reward), "-e", name]
        command += ["--steps", "512", "--seeds", "1", "--workers", "1"]
        began = time.time()
        told = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        (stepped,) = (line for line in told.stdout.splitlines() if line.startswith(STEPPED))
    return round(float(stepped.removeprefix(STEPPED)) - began, 2)


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
    arguments = parser.parse_args()
    name: str = arguments.environment
    seen: dict[int, list[dict[str, float]]] = {size: [] for size in SIZES}
    starts: list[float] = []
    loads: list[float] = []
    with Workshop() as workshop:
        train(workshop, name, 4, 1024)  # servers and workers are warm from here on
        for _ in range(arguments.rounds):
            loads.append(os.getloadavg()[0])
            starts.append(start(name))
            for size in SIZES:
                seen[size].append(train(workshop, name, size, STEPS))
                print(size, seen[size][-1], flush=True)
        long = train(workshop, name, *LONG)
    rows = {
        size: {what: summary([one[what] for one in measured]) for what in ("seconds", "megabytes")}
        for size, measured in seen.items()
    }
    facts = {
        "command": f"python tests/benchmarks/bench_scaling.py --environment {name}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).date().isoformat(),
        "load": summary(loads),
        "environment": name,
        "steps": STEPS,
        "members": rows,
        "long": {"members": LONG[0], "steps": LONG[1], **long},
        "start_seconds": summary(starts),
    }
    (RESULTS / "scaling.json").write_text(json.dumps(facts, indent=1) + "\n")
    plot(rows, RESULTS / "scaling.svg")
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
