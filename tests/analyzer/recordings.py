"""Trainings kept small: a result and a few episodes of every seed in one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rewardsmith.analyzer import base_of, diagnose, task_facts
from rewardsmith.analyzer.evidence import COMPONENT
from rewardsmith.environments import load_environment
from rewardsmith.exporters import computed_in
from rewardsmith.records import Candidate, TrainResult, decode, encode

FOLDER = Path(__file__).parents[1] / "data" / "faults"
ROWS = 2_400
"""Steps kept of one seed: whole episodes, at least one."""
_LEFT_OUT = {"obs", "next_obs", "simulator"}
_RESULT = "result"


def save_recording(path, result, trajectories):
    """Write a result and the first episodes of its seeds; signals keep three digits."""
    arrays = {_RESULT: np.frombuffer(encode(result), dtype=np.uint8)}
    for seed, columns in trajectories.items():
        kept = _whole_episodes(columns["episode"])
        for name, values in columns.items():
            if name not in _LEFT_OUT and not name.startswith("previous_"):
                arrays[f"{seed}.{name}"] = _small(name, values[kept])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)


def load_recording(path):
    """The result, and the arrays by seed, as `diagnose` takes them."""
    with np.load(path, allow_pickle=False) as file:
        result = decode(file[_RESULT].tobytes(), TrainResult)
        trajectories = {}
        for name in file.files:
            seed, _, signal = name.partition(".")
            if signal:
                trajectories.setdefault(int(seed), {})[signal] = _plain(file[name])
    return result, trajectories


class Diagnoser:
    """Diagnoses recordings of the planted rewards, with each environment's facts and bank."""

    def __init__(self, workshop):
        self._workshop = workshop
        self._known = {}

    def findings(self, case):
        """The names of what is told of a case's recording, the gravest first."""
        result, trajectories = load_recording(FOLDER / f"{case.name}.npz")
        return [f.name for f in self.diagnosis(case, result, trajectories).findings]

    def diagnosis(self, case, result, trajectories):
        """The diagnosis of a training of a case."""
        candidate = Candidate(
            id=case.name, source=case.source, operator="human", generation=0, index=0
        )
        bank, facts = self._about(case.environment)
        base = base_of(case.source, bank, computed_in(self._workshop.rewards))
        return diagnose(candidate, result, trajectories, facts, base)

    def _about(self, name):
        if name not in self._known:
            environment = load_environment(name)
            bank = self._workshop.bank(environment)
            self._known[name] = (bank, task_facts(environment, bank))
        return self._known[name]


def _whole_episodes(episode):
    """Which rows are of the episodes that fit, (rows,) of bool."""
    fits = [number for number in np.unique(episode) if (episode <= number).sum() <= ROWS]
    return np.isin(episode, fits or [episode.min()])


def _small(name, values):
    """Rewards and fitness as float32, signals as float16 where that holds them."""
    if values.dtype.kind != "f":
        return values
    exact = name in {"total", "fitness"} or name.startswith(COMPONENT)
    fits = np.abs(values).max(initial=0.0) < np.finfo(np.float16).max
    return values.astype(np.float16 if fits and not exact else np.float32)


def _plain(values):
    return values.astype(np.float64) if values.dtype.kind == "f" else values
