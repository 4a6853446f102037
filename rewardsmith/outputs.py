"""What a run leaves for a person: the reward module, its test vectors, the card."""

from __future__ import annotations

from pathlib import Path

from rewardsmith.archive import Archive
from rewardsmith.bank import Bank
from rewardsmith.environments import Environment
from rewardsmith.store import write_atomically


def write(folder: Path, archive: Archive, environment: Environment, bank: Bank) -> None:
    """Write `best.py`, `best.vectors.npz` and `card.md`, where there is a best."""
    best = archive.best()
    if best is None:
        return
    write_atomically(folder / "best.py", best.source)
