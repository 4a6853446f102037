"""What a reward process costs: start, opening, a call beside the rollout it belongs to, memory.

    python tests/benchmarks/bench_sandbox.py

Prints a JSON line for each quantity and writes them to results/sandbox.json.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rewardsmith.environments import load_environment
from rewardsmith.sandbox import ArraySpec, RewardProcess, RewardServer
from rewardsmith.training.simulation import Simulation

RESULTS = Path(__file__).parent / "results" / "sandbox.json"
ROWS = 2048
ENVIRONMENTS = 8
PAIRS = 10
"""Rollouts of half-cheetah, each followed by the reward call on as many transitions."""
SPECS = (ArraySpec("velocity", ()), ArraySpec("obs", (20,)), ArraySpec("action", (9,)))
SOURCE = """
def compute_reward(velocity, obs, action):
    upright = np.exp(-np.square(obs[:, 0]))
    effort = -0.05 * np.sum(np.square(action), axis=-1)
    return velocity + upright + effort, {"v": velocity, "upright": upright, "effort": effort}
"""


def compute_reward(
    velocity: np.ndarray, obs: np.ndarray, action: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The same in this process."""
    upright = np.exp(-np.square(obs[:, 0]))
    effort = -0.05 * np.sum(np.square(action), axis=-1)
    return velocity + upright + effort, {"v": velocity, "upright": upright, "effort": effort}


def main() -> None:
    """Measure each quantity and print one line for it."""
    found: list[dict[str, object]] = []

    def say(what: str, values: list[float], unit: str = "ms") -> None:
        found.append(measured(what, values, unit))
        print(json.dumps(found[-1]), flush=True)

    say("start of a server without namespaces", repeat(lambda: started("namespaces"), 1), "s")
    say("start of a server with them", repeat(started, 1), "s")
    with RewardServer.start() as server:
        say("fork to first result", repeat(lambda: opened(server), 30))
        say("fork to first result, unchecked", repeat(lambda: opened(server, check=False), 30))
        say("processor time from fork to first result", repeat(lambda: worked(server), 20))
        with server.open(SOURCE, SPECS, ROWS) as process:
            fill(process.inputs)
            arrays = {name: np.array(array) for name, array in process.inputs.items()}
            say("call, 2048 x 30 float32", repeat(lambda: process.call(ROWS), 300))
            say("the same here", repeat(lambda: compute_reward(**arrays), 500))
            say("memory of a process's own", [private(process.pid)], "MiB")
            say("memory shared with the server", [private(process.pid, "Shared_")], "MiB")
        say("close", repeat(lambda: closed(server), 20))
        with server.open(SOURCE, SPECS, ROWS) as process:
            rollouts, calls = beside_rollouts(process)
        say(f"half-cheetah, {ROWS} transitions, simulation alone", rollouts)
        say("the reward call on as many, filled and copied", calls)
        shares = [100 * call / rollout for call, rollout in zip(calls, rollouts, strict=True)]
        say("the call's share of the rollout", shares, "%")
        least = 100 * min(calls) / min(rollouts)
        say("the least call's share of the least rollout", [least], "%")
    record = {
        "command": "python tests/benchmarks/bench_sandbox.py",
        "machine": "2 cores x86-64, 24 GiB, no GPU",
        "load": [round(load, 1) for load in os.getloadavg()],
        "date": time.strftime("%Y-%m-%d"),
        "level": server.level,
        "found": found,
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def opened(server: RewardServer, *, check: bool = True) -> float:
    """Seconds from asking for a fork to the first answer."""
    begin = time.perf_counter()
    with server.open(SOURCE, SPECS, ROWS, check=check) as process:
        process.call(1)
        return time.perf_counter() - begin


def worked(server: RewardServer) -> float:
    """Seconds of processor that a process has used when its first answer is there."""
    with server.open(SOURCE, SPECS, ROWS) as process:
        process.call(1)
        text = Path(f"/proc/{process.pid}/schedstat").read_text(encoding="ascii")
    return int(text.split()[0]) / 1e9


def closed(server: RewardServer) -> float:
    """Seconds until a process has ended."""
    process = server.open(SOURCE, SPECS, ROWS)
    begin = time.perf_counter()
    process.close()
    return time.perf_counter() - begin


def fill(inputs: dict[str, np.ndarray]) -> None:
    """Numbers to compute on."""
    rng = np.random.default_rng(0)
    for array in inputs.values():
        array[:] = rng.normal(size=array.shape)


def repeat(action: Callable[[], object], times: int) -> list[float]:
    """Seconds of each repetition, as `action` tells them or as the clock does."""
    found: list[float] = []
    for _ in range(times):
        begin = time.perf_counter()
        told = action()
        found.append(told if isinstance(told, float) else time.perf_counter() - begin)
    return found


def private(pid: int, kind: str = "Private_") -> float:
    """MiB that /proc counts for a process, private to it or shared."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def started(*without: str) -> float:
    """Seconds until a server is ready."""
    begin = time.perf_counter()
    with RewardServer.start(without=without):
        return time.perf_counter() - begin


def beside_rollouts(process: RewardProcess) -> tuple[list[float], list[float]]:
    """Seconds of rollouts with random actions, and of the call that follows each."""
    rng = np.random.default_rng(0)
    values = {n: rng.normal(size=a.shape).astype(a.dtype) for n, a in process.inputs.items()}
    simulation = Simulation(load_environment("half-cheetah"), list(range(ENVIRONMENTS)))
    actions = rng.uniform(-1, 1, (ENVIRONMENTS, 6)).astype(np.float32)
    rollouts: list[float] = []
    calls: list[float] = []
    try:
        for _ in range(PAIRS + 1):
            begin = time.perf_counter()
            simulation.run(ROWS // ENVIRONMENTS, lambda _: simulation.actions.to_simulator(actions))
            between = time.perf_counter()
            for name, array in process.inputs.items():
                array[:] = values[name]
            process.call(ROWS)
            rollouts.append(between - begin)
            calls.append(time.perf_counter() - between)
    finally:
        simulation.close()
    return rollouts[1:], calls[1:]


def measured(what: str, values: list[float], unit: str) -> dict[str, object]:
    """The median, the least, and how many."""
    factor = 1e3 if unit == "ms" else 1
    return {
        "what": what,
        "median": round(statistics.median(values) * factor, 4),
        "least": round(min(values) * factor, 4),
        "unit": unit,
        "n": len(values),
    }


if __name__ == "__main__":
    main()
