"""Trains the planted faults and the sound rewards, and says what the analyzer tells of them.

    PYTHONPATH=. python tests/benchmarks/bench_faults.py train [NAME ...]   train, keep recordings
    PYTHONPATH=. python tests/benchmarks/bench_faults.py                    diagnose the recordings

A NAME is an environment, or a reward of `tests/analyzer/planted.py` or `trained_proxies.py`.  The
second form writes `tests/benchmarks/results/faults.json` and `hacking.json`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rewardsmith.analyzer import load_trajectories
from rewardsmith.environments import load_environment
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.workshop import Workshop
from tests.analyzer.alarms import alarms_in_garden, alarms_in_trainings
from tests.analyzer.planted import (
    ALL,
    FAULTY,
    HELD_OUT,
    HELD_OUT_SOUND,
    SEEDS,
    SOUND,
    STEPS,
    Planted,
)
from tests.analyzer.recordings import FOLDER, Diagnoser, save_recording
from tests.analyzer.trained_proxies import PROXIES

RESULTS = Path(__file__).parent / "results" / "faults.json"
COMMAND = "PYTHONPATH=. python tests/benchmarks/bench_faults.py"
DATE = "2026-11-22"
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
GROUPS = {
    "faulty": FAULTY,
    "sound": SOUND,
    "held_out_faulty": HELD_OUT,
    "held_out_sound": HELD_OUT_SOUND,
}


def train(shop: Workshop, name: str, cases: Sequence[Planted]) -> None:
    """Train rewards of one environment as one population, and keep a recording of each."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id="faults",
            environment=load_environment(name).specification,
            rewards=tuple(TrainReward(id=case.name, source=case.source) for case in cases),
            seeds=SEEDS,
            steps=STEPS[name],
            folder=folder,
        )
        for reply in shop.trainer.train(job):
            if isinstance(reply, TrainResult):
                trajectories = load_trajectories(Path(folder), reply)
                save_recording(FOLDER / f"{reply.reward}.npz", reply, trajectories)
    print(f"{name}: {len(cases)} rewards in {time.monotonic() - begin:.0f} s", flush=True)


def train_all(shop: Workshop, wanted: Sequence[str]) -> None:
    """Train what was named: environments, rewards; everything where nothing was."""
    for name in STEPS:
        own = [case for case in (*ALL, *PROXIES) if case.environment == name]
        chosen = [c for c in own if not wanted or name in wanted or c.name in wanted]
        if chosen:
            train(shop, name, chosen)


def measure(shop: Workshop) -> None:
    """Diagnose every recording, print what was told, and write the results."""
    diagnoser = Diagnoser(shop)
    groups: dict[str, dict[str, object]] = {}
    for group, cases in GROUPS.items():
        told = {case.name: diagnoser.findings(case) for case in cases}
        right = [c.name for c in cases if c.is_told(told[c.name])]
        groups[group] = {"right": len(right), "of": len(cases), "told": told}
        print(f"{group}: {len(right)} of {len(cases)}")
        for case in cases:
            if case.name not in right:
                print(f"  {case.name}: {sorted(case.told_by)} but {told[case.name]}")
    facts = {
        "command": COMMAND,
        "machine": MACHINE,
        "date": DATE,
        "seeds": len(SEEDS),
        "steps": STEPS,
        "groups": groups,
    }
    RESULTS.write_text(json.dumps(facts, indent=1) + "\n")
    measure_alarm(diagnoser)


def measure_alarm(diagnoser: Diagnoser) -> None:
    """The hacking alarm on the garden's proxies and on trained ones, and write the results."""
    garden = {name: alarm for group in alarms_in_garden() for name, alarm in group.items()}
    trained = alarms_in_trainings((*ALL, *PROXIES), diagnoser)
    facts: dict[str, object] = {"command": COMMAND, "machine": MACHINE, "date": DATE}
    for name, alarms in (("garden", garden), ("trained", trained)):
        hacked = [a.alarm for a in alarms.values() if a.hacked]
        sound = [a.alarm for a in alarms.values() if a.sound]
        facts[name] = {
            "hacked": len(hacked),
            "recalled": sum(hacked),
            "sound": len(sound),
            "false_alarms": sum(sound),
            "each": {key: asdict(alarm) for key, alarm in alarms.items()},
        }
        print(f"{name}: {sum(hacked)} of {len(hacked)} hacked, {sum(sound)} of {len(sound)} sound")
    (RESULTS.parent / "hacking.json").write_text(json.dumps(facts, indent=1) + "\n")


def main(arguments: list[str]) -> None:
    """Train, or diagnose what was trained."""
    with Workshop(workers=2) as shop:
        if arguments[:1] == ["train"]:
            train_all(shop, arguments[1:])
        else:
            measure(shop)


if __name__ == "__main__":
    main(sys.argv[1:])
