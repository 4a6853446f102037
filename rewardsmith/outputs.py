"""What a run leaves for a person: the reward module, its test vectors, the card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rewardsmith.archive import Archive
from rewardsmith.bank import Bank
from rewardsmith.environments import Environment
from rewardsmith.exporters import (
    computed_in,
    module_facts,
    render_module,
    vectors_path,
    write_vectors,
)
from rewardsmith.report import render_card
from rewardsmith.sandbox import RewardServer
from rewardsmith.store import write_atomically

MODULE = "best.py"
CARD = "card.md"


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to write a reward down."""

    archive: Archive
    environment: Environment
    bank: Bank
    rewards: RewardServer


def write_best(folder: Path, desk: Desk) -> None:
    """Write `best.py`, `best.vectors.npz` and `card.md`, where there is a best.

    Raises StoreError where the folder cannot be written.
    """
    best = desk.archive.best()
    if best is None:
        return
    write_module(folder / MODULE, best.id, desk)
    write_atomically(folder / CARD, render_card(desk.archive, desk.environment))


def write_module(path: Path, candidate: str, desk: Desk) -> None:
    """Write one candidate as a module, its test vectors beside it."""
    found = desk.archive.candidates[candidate]
    text = render_module(found, module_facts(desk.archive, candidate, desk.environment))
    write_vectors(vectors_path(path), found.source, desk.bank, computed_in(desk.rewards))
    write_atomically(path, text)
