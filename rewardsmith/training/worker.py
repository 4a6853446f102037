"""What a forked worker does: train one shard, or call one function, and write the replies."""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from rewardsmith import pulse
from rewardsmith.channel import (
    CallRequest,
    DoneReply,
    FailedReply,
    MemberReply,
    ProgressReply,
    Reply,
    ReturnReply,
    line,
)
from rewardsmith.environments import environment_from_specification
from rewardsmith.errors import RewardsmithError, UsageError, unknown_name
from rewardsmith.records import MemberResult, TrainJob, TrainProgress
from rewardsmith.shards import Shard

TRAINERS: Mapping[str, str] = {
    "population": "rewardsmith.training.population:train_shard",
    "sb3": "rewardsmith.training.sb3:train_shard",
}
OUT_OF_MEMORY = 75
"""Exit status of a worker that could not allocate: treated like one that the kernel killed."""

_PR_SET_PDEATHSIG = 1
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""What a disk says that takes no more."""


@dataclass(frozen=True, slots=True)
class ShardTask:
    """Train these members of a job as worker `number`."""

    job: TrainJob
    members: Shard
    number: int


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` ends; where it cannot, pipes tell."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def resolve(reference: str) -> Callable[..., Any]:
    """The object that `module:attribute` names; UsageError where there is none."""
    module, _, attribute = reference.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{reference!r} cannot be loaded: {error}") from error


def split_trainer(job: TrainJob) -> tuple[str, TrainJob]:
    """The job's setting `trainer`, and the job with what is left for that trainer to know."""
    settings = dict(job.settings)
    name = str(settings.pop("trainer", "population"))
    if name == "population":
        settings.pop("algo", None)
    return name, msgspec.structs.replace(job, settings=settings)


def require_trainer(name: str) -> None:
    """Raises UsageError for a trainer that is neither known nor `module:attribute`."""
    if name not in TRAINERS and ":" not in name:
        raise UsageError(unknown_name("trainer", name, TRAINERS))


def load_trainer(name: str) -> Callable[..., Iterator[TrainProgress | MemberResult]]:
    """The function that trains a shard: of a known trainer, or `module:attribute`."""
    require_trainer(name)
    return resolve(TRAINERS.get(name, name))


def try_trainer(*, specification: dict[str, Any], settings: dict[str, Any]) -> None:
    """Raises UsageError where a trainer is not there, or does not take its settings there."""
    name = str(settings.pop("trainer", "population"))
    load_trainer(name)
    if name == "sb3":
        from rewardsmith.training.sb3 import try_settings

        try_settings(environment_from_specification(specification), settings)


def die_first() -> None:
    """Have the kernel end this process rather than the run's own when memory is short."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


def run_worker(task: ShardTask | CallRequest, pipe: int, reward_server: int) -> None:
    """Do the task, write what comes of it into the pipe, and end the process."""
    status = 1
    outlet = pulse.Outlet(pipe)
    try:
        die_first()
        pulse.attach(outlet)
        for reply in _replies(task, reward_server):
            outlet.write(line(reply))
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    except BrokenPipeError:
        status = 0
    except RewardsmithError as error:
        outlet.write(line(FailedReply(error=type(error).__name__, message=str(error))))
    except Exception as error:  # noqa: BLE001  a fault of ours is told, not lost with the process
        with suppress(OSError):
            traceback.print_exc()
            sys.stderr.flush()
        status = OUT_OF_MEMORY if _is_out_of_memory(error) else 1
        if status != OUT_OF_MEMORY:
            outlet.write(line(_last_words(error)))
    finally:
        _leave(status)


def _last_words(error: Exception) -> FailedReply:
    """What the caller is told of a fault: a disk's by its name, any other by its own words."""
    if isinstance(error, OSError) and error.errno in _DISK:
        place = error.filename or "the run's folder"
        text = f"cannot write to {place}: {error.strerror}; make room, then resume the run"
        return FailedReply(error="StoreError", message=text)
    return FailedReply(error="TrainerFailed", message=f"{type(error).__name__}: {error}")


def _leave(status: int) -> NoReturn:
    """End this process, whatever its streams say: a fork must not return into its parent's code."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass
    finally:
        os._exit(status)


def _replies(task: ShardTask | CallRequest, reward_server: int) -> Iterator[Reply]:
    if isinstance(task, CallRequest):
        yield ReturnReply(value=resolve(task.function)(**task.arguments))
    else:
        rewards = None
        if reward_server >= 0:
            from rewardsmith.sandbox import RewardServer

            rewards = RewardServer.attach(reward_server)
        name, job = split_trainer(task.job)
        train = load_trainer(name)
        for record in train(job, task.members, rewards, worker=task.number):
            if isinstance(record, MemberResult):
                yield MemberReply(member=record)
            else:
                yield ProgressReply(progress=record)
    yield DoneReply()


def _is_out_of_memory(error: Exception) -> bool:
    """Whether torch or the system refused memory."""
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or (
        isinstance(error, RuntimeError | OSError) and "allocate memory" in text
    )
