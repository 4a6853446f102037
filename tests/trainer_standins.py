"""Trainers that train nothing, and functions that a worker is asked to call."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

import msgspec

from rewardsmith import pulse
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.records import Episode, MemberResult, TrainProgress


def _result(job, member):
    reward, seed = member
    return MemberResult(
        reward=job.rewards[reward].id, seed=seed, steps=job.steps, fitness=float(10 * reward + seed)
    )


def _progress(job, members, worker):
    return TrainProgress(
        job=job.id,
        worker=worker,
        steps=1,
        total=job.steps,
        members=len(members),
        steps_per_second=1,
    )


def train(job, members, rewards, *, worker=0):
    """Fitness is ten times the reward's index plus the seed."""
    yield _progress(job, members, worker)
    for member in members:
        yield _result(job, member)


def die_once(job, members, rewards, *, worker=0):
    """The first worker that comes is killed after its first result."""
    for member in members:
        yield _result(job, member)
        try:
            (Path(job.folder) / "died").touch(exist_ok=False)
        except FileExistsError:
            continue
        os.kill(os.getpid(), signal.SIGKILL)


def die_of_poison(job, members, rewards, *, worker=0):
    """A worker that meets the reward `poison` is killed."""
    for member in members:
        if job.rewards[member[0]].id == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        yield _result(job, member)


def leave(job, members, rewards, *, worker=0):
    """A worker that ends itself without a word, with the status that `steps` says."""
    yield _progress(job, members, worker)
    os._exit(job.steps)


def exhaust_memory(job, members, rewards, *, worker=0):
    """A worker with more than one member cannot allocate."""
    if len(members) > 1:
        raise MemoryError
    yield from train(job, members, rewards, worker=worker)


def broken_environment(job, members, rewards, *, worker=0):
    """The simulator does not start."""
    yield _progress(job, members, worker)
    raise EnvironmentUnavailable("the simulator says: no such model")


def broken_trainer(job, members, rewards, *, worker=0):
    """A fault of ours."""
    yield _progress(job, members, worker)
    raise KeyError("momentum")


def give_nonsense(job, members, rewards, *, worker=0):
    """An episode without a fitness, or a member that nobody asked for."""
    if job.steps == 1:
        episode = Episode(fitness=float("nan"), length=1, terminated=False)
        yield MemberResult(reward="a", seed=1, steps=1, episodes=(episode,))
    yield MemberResult(reward="nobody", seed=1, steps=1)


def hang(job, members, rewards, *, worker=0):
    """Tells its process id and waits for a signal that never comes."""
    (Path(job.folder) / f"worker-{worker}").write_text(str(os.getpid()))
    yield _progress(job, members, worker)
    signal.pause()


def surroundings():
    """What a worker finds around it."""
    return {
        "variables": sorted(os.environ),
        "session": os.getsid(0),
        "interrupt_ignored": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
        "memory_score": int(Path("/proc/self/oom_score_adj").read_text()),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
    }


def add(*, left, right):
    """The sum."""
    return left + right


def die():
    """Killed."""
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk(job, members, rewards, *, worker=0):
    """A worker whose file does not fit on the disk."""
    raise OSError(errno.ENOSPC, "No space left on device", "policies/a-1.npz")
    yield


def hang_here():
    """Never comes back."""
    signal.pause()


def beat_slowly(times):
    """Takes its time, with a sign of life now and then."""
    for _ in range(times):
        time.sleep(0.25)
        pulse.beat()
    return times


def train_when_told(job, members, rewards, *, worker=0):
    """A real training that says when it begins, and waits until it may; once a shard is lost."""
    from rewardsmith.training.population import train_shard

    folder = Path(job.settings["meeting"])
    if not (folder / "released").exists():
        with (folder / "began").open("w") as began:
            began.write("began\n")
        with (folder / "go").open() as go:
            go.read()
    settings = {k: v for k, v in job.settings.items() if k not in ("trainer", "meeting")}
    yield from train_shard(
        msgspec.structs.replace(job, settings=settings), members, rewards, worker=worker
    )
