"""What the trainer server works on, and whose fault it is when a worker ends or falls silent."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field

from rewardsmith.channel import CallRequest, FailedReply, Lines, TrainRequest
from rewardsmith.executor import how_ended
from rewardsmith.records import MemberResult
from rewardsmith.shards import Member, Shards
from rewardsmith.training.worker import OUT_OF_MEMORY

_CRASHES = frozenset({signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV})


@dataclass(slots=True, eq=False)
class Worker:
    """A forked worker as the server sees it."""

    number: int
    pid: int
    pipe: int
    unfinished: list[Member]
    heard: float
    """When it last gave a sign of life, on the clock of this process."""
    lines: Lines = field(default_factory=Lines)
    done: bool = False


@dataclass(slots=True, eq=False)
class Work:
    """The request that is being done."""

    request: TrainRequest | CallRequest
    shards: Shards
    running: dict[int, Worker] = field(default_factory=dict[int, Worker])
    """By number."""
    lost: int = 0
    """Rewards' members given up."""
    trained: int = 0

    def blamed(self, what: str) -> FailedReply:
        """The failure of what steps the simulator: the environment, or a trainer of one's own."""
        if isinstance(self.request, CallRequest):
            name, trainer = self.request.environment, ""
        else:
            job = self.request.job
            name, trainer = job.environment.get("name", ""), str(job.settings.get("trainer", ""))
        if ":" in trainer or not name:
            whose = f"the trainer {trainer}" if trainer else "a worker"
            return FailedReply(error="TrainerFailed", message=f"{whose} {what}", wordless=True)
        message = f"environment {name!r}: its simulator {what}"
        return FailedReply(error="EnvironmentUnavailable", message=message, wordless=True)


def failed(message: str) -> FailedReply:
    """The reply for a fault of the trainer's own."""
    return FailedReply(error="TrainerFailed", message=message)


def crashed(work: Work, code: int, text: str) -> FailedReply:
    """The failure behind a death by a signal: a crash is the simulator's, a kill nobody's."""
    crash = -code in _CRASHES
    return work.blamed(f"seems to crash: {text}") if crash else failed(text)


def member_of(work: Work, result: MemberResult) -> Member:
    """The member of the job whose result it is."""
    assert isinstance(work.request, TrainRequest)  # noqa: S101  only a training has members
    ids = [reward.id for reward in work.request.job.rewards]
    return ids.index(result.reward), result.seed


def how_died(code: int) -> str:
    """The words for a worker's death."""
    how = "it ran out of memory" if code == OUT_OF_MEMORY else how_ended(code)
    return f"the training process died ({how})"
