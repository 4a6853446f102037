"""What the trainings of a shard share, and from where each of its members goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rewardsmith.environments import Environment
from rewardsmith.records import TrainJob
from rewardsmith.training.checkpoints import Checkpoint, identity_of, load_checkpoint
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.stack import Member

Group = list[tuple[Member, Checkpoint | None]]
"""Members that can be trained as one stack: all at one boundary, or all at their first step."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One shard's job with what it names, found and opened."""

    job: TrainJob
    environment: Environment
    settings: PpoSettings
    scorer: Scorer

    @property
    def blocks(self) -> int:
        """Blocks of a whole training."""
        return max(1, self.job.steps // self.settings.rows)

    def identity(self, member: Member) -> str:
        """What a checkpoint of this member's training says of itself."""
        return identity_of(self.job, self.settings, member)

    def groups(self, members: Iterable[Member]) -> list[Group]:
        """The members that stand at the same boundary together, the furthest first."""
        by_part: dict[int, Group] = {}
        for member in members:
            found = load_checkpoint(self.job.folder, member, self.identity(member))
            by_part.setdefault(found.part if found else 0, []).append((member, found))
        return [by_part[part] for part in sorted(by_part, reverse=True)]
