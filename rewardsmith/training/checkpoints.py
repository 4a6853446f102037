"""Checkpoints: a member at a boundary as one file, from which its training goes on bit for bit.

Simulators cannot be saved; they are made anew at a boundary in every run (`boundaries`), so that
what stands here is all that a member is.  A file that is torn, or that another training wrote, is
no checkpoint: the member then begins at its first step.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import to_builtins

from rewardsmith.errors import StoreError
from rewardsmith.records import TrainJob
from rewardsmith.signals import Array
from rewardsmith.store import canonical_json, checkpoint_path, read_arrays, write_atomically
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.stack import Member, Stack
from rewardsmith.versions import installed_versions

FORMAT = 1
_TORN = (StoreError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A member after its first `part` parts."""

    part: int
    arrays: Mapping[str, Array]
    rngs: Mapping[str, Any]
    curves: Mapping[str, Any]

    def restore(self, stack: Stack, number: int) -> None:
        """Put the member as it was into a stack."""
        stack.restore(number, self.arrays)
        for name, rng in (("noise", stack.noise[number]), ("order", stack.order[number])):
            rng.bit_generator.state = self.rngs[name]


def identity_of(job: TrainJob, settings: PpoSettings, member: Member) -> str:
    """A hash of all that a member's numbers depend on."""
    place = {key: value for key, value in job.environment.items() if key != "path"}
    facts = {
        "format": FORMAT,
        "versions": installed_versions(),
        "environment": place,
        "reward": [member.reward.kind, member.reward.source],
        "seed": member.seed,
        "steps": job.steps,
        "settings": to_builtins(settings),
    }
    return hashlib.sha256(canonical_json(facts)).hexdigest()


def save_checkpoint(
    job: TrainJob, identity: str, stack: Stack, number: int, state: Mapping[str, Any]
) -> None:
    """Write a member's checkpoint over its last one; `state` holds `part` and `curves`.

    Raises StoreError where it cannot be written.
    """
    member = stack.members[number]
    rngs = {"noise": stack.noise[number], "order": stack.order[number]}
    states = {name: rng.bit_generator.state for name, rng in rngs.items()}
    header = json.dumps({"identity": identity, "rngs": states, **state})
    buffer = io.BytesIO()
    arrays = stack.arrays_of(number)
    np.savez(buffer, header=np.array(header), allow_pickle=False, **arrays)
    path = checkpoint_path(Path(job.folder), member.reward.id, member.seed)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(folder: str, member: Member, identity: str) -> Checkpoint | None:
    """The member's checkpoint of the training of that identity, None where there is none."""
    path = checkpoint_path(Path(folder), member.reward.id, member.seed)
    try:
        arrays = read_arrays(path)
        header = json.loads(str(arrays.pop("header")))
        if header["identity"] != identity:
            return None
        return Checkpoint(header["part"], arrays, header["rngs"], header["curves"])
    except _TORN:
        return None
