"""The GPUs that this process may use; each worker takes one, before CUDA is begun in it."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

VISIBLE = "CUDA_VISIBLE_DEVICES"


def visible_gpus(
    settings: MutableMapping[str, str] = os.environ, folder: Path = Path("/dev")
) -> tuple[str, ...]:
    """The names of the GPUs as CUDA takes them: those that were made visible, else all."""
    present = [path.name.removeprefix("nvidia") for path in folder.glob("nvidia[0-9]*")]
    told = settings.get(VISIBLE)
    if told is None or not present:
        return tuple(sorted(present, key=int))
    return tuple(name.strip() for name in told.split(",") if name.strip())


def take_gpu(
    worker: int, settings: MutableMapping[str, str] = os.environ, folder: Path = Path("/dev")
) -> None:
    """Let this process see one GPU alone: torch and JAX then both call it their first."""
    gpus = visible_gpus(settings, folder)
    if len(gpus) > 1:
        settings[VISIBLE] = gpus[worker % len(gpus)]
