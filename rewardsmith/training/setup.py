"""What the trainings of a shard share, and from where each of its members goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rewardsmith.backends import ON_DEVICE
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError
from rewardsmith.records import Stop, TrainJob
from rewardsmith.training.checkpoints import Checkpoint, identity_of, load_checkpoint
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.stack import Member

Group = list[tuple[Member, Checkpoint | None]]
"""Members that can be trained as one stack: from one boundary (or their first step) to one."""


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

    def target(self, member: Member) -> int:
        """The boundary at which the job lets a member stop or pause; 0 is the end."""
        stop = self.job.stops.get(member.reward.id)
        return self.job.until if stop is None else stop.part

    def groups(self, members: Iterable[Member]) -> list[Group]:
        """The members that go the same way together, those that stop first, the furthest first."""
        together: dict[tuple[Stop | None, int], Group] = {}
        for member in members:
            found = load_checkpoint(self.job.folder, member, self.identity(member))
            way = (self.job.stops.get(member.reward.id), found.part if found else 0)
            together.setdefault(way, []).append((member, found))
        ways = sorted(together, key=lambda way: (way[0] is None, -way[1]))
        return [together[way] for way in ways]


def place_of_training(environment: Environment, settings: PpoSettings, worker: int) -> str | None:
    """The device on which a worker's members learn, None for the host.

    Raises UsageError for a device that the backend cannot hand its tensors to.
    """
    backend = environment.chosen_backend
    if settings.device == "host" or backend not in ON_DEVICE:
        if settings.device in {"cpu", "cuda"}:
            raise UsageError(
                f"device={settings.device} needs a backend that hands its tensors over "
                f"({', '.join(ON_DEVICE)}), not {backend}; leave it at auto"
            )
        return None
    from rewardsmith.training.device.training import device_of

    return device_of(settings.device, worker)
