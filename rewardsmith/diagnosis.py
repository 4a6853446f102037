"""The diagnosis of one training, from its result and from what the trainer left beside it."""

from __future__ import annotations

from pathlib import Path

from rewardsmith.analyzer import Base, EnvironmentFacts, diagnose, load_earlier, load_trajectories
from rewardsmith.records import Candidate, Diagnosis, TrainResult


def diagnosis_of(
    candidate: Candidate,
    result: TrainResult,
    folder: Path,
    facts: EnvironmentFacts,
    base: Base | None,
) -> Diagnosis:
    """What happened in a training whose job's folder this is; a lost file is left out."""
    trajectories = load_trajectories(folder, result)
    earlier = load_earlier(folder, result)
    return diagnose(candidate, result, trajectories, facts, base, earlier=earlier)
