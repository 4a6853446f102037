"""A shard on another machine: what goes there, what is done there, what comes back.

What travels is text and numbers: the job as JSON (with the source of the environment's file and of
the candidates), the results as JSON, and as bytes the files that training wrote: policies,
trajectories, and the checkpoints of members that are to go on, wherever they do.  There the
candidates' code runs as it does here, in confined reward processes of that machine.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

import msgspec

from rewardsmith.channel import PATIENCE, FailedReply, Lines, MemberReply, Reply, line, parse_reply
from rewardsmith.errors import RewardsmithError, StoreError, TrainerFailed
from rewardsmith.executor import TrainerServer
from rewardsmith.records import MemberResult, Record, TrainJob, TrainProgress, decode, encode
from rewardsmith.sandbox import RewardServer
from rewardsmith.store import SUBFOLDERS, checkpoint_path, write_atomically
from rewardsmith.versions import installed_versions

Answer = tuple[bytes, dict[str, bytes]]
"""Replies as lines of JSON, and the files by their path below the job's folder."""
MUST_AGREE = ("python", "rewardsmith", "numpy", "torch", "envpool", "gymnasium", "mujoco")
"""Packages on which the numbers depend."""


class ShardRequest(Record, frozen=True):
    """Train these members of a job."""

    job: TrainJob
    members: tuple[tuple[int, int], ...]
    unsafe: bool = False
    """Whether candidates may run where nothing confines them."""
    patience: float = PATIENCE
    """Seconds without a sign of life after which a simulator there counts as hung."""
    workers: int = 1
    """Processes that share the members there."""
    versions: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    checkpoints: dict[str, bytes] = msgspec.field(default_factory=dict[str, bytes])
    """Files from which the members go on, by their path below the job's folder."""


def run_shard(request: bytes) -> Answer:
    """Train a shard on this machine; whatever goes wrong is a reply too."""
    try:
        shard = decode(request, ShardRequest)
        _require_versions(shard.versions)
        return _train(shard)
    except RewardsmithError as error:
        failed = FailedReply(error=type(error).__name__, message=str(error))
    except Exception as error:  # noqa: BLE001  a fault of ours is told, wherever it happened
        text = f"on {platform.node()}: {type(error).__name__}: {error}"
        failed = FailedReply(error="TrainerFailed", message=text)
    return line(failed), {}


def _require_versions(wanted: dict[str, str]) -> None:
    """Raises TrainerFailed where this machine would get other numbers."""
    here = installed_versions()
    for package in MUST_AGREE:
        if package in wanted and here.get(package) != wanted[package]:
            raise TrainerFailed(
                f"machine {platform.node()} has {package} {here.get(package) or 'not installed'}, "
                f"the run {wanted[package]}; install the same, or results would differ"
            )


def _train(shard: ShardRequest) -> Answer:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        rewards = stack.enter_context(RewardServer.start(unsafe=shard.unsafe))
        server = stack.enter_context(TrainerServer.start(rewards, workers=shard.workers))
        server.patience = shard.patience
        _save(shard.checkpoints, Path(folder))
        job = msgspec.structs.replace(shard.job, folder=folder)
        replies = server.train_members(job, shard.members)
        trained = [reply for reply in replies if isinstance(reply, MemberReply)]
        members = [reply.member for reply in trained]
        return b"".join(map(line, trained)), _files(Path(folder), members)


def _files(folder: Path, members: Iterable[MemberResult]) -> dict[str, bytes]:
    """What training left for the run: policies, trajectories, and from where the paused go on."""
    paths = [path for name in SUBFOLDERS for path in sorted((folder / name).rglob("*"))]
    paused = (m for m in members if m.stopped is not None and m.stopped.kind == "paused")
    paths += [checkpoint_path(folder, member.reward, member.seed) for member in paused]
    return _read(paths, folder)


def _read(paths: Iterable[Path], folder: Path) -> dict[str, bytes]:
    """Those of the files that are there, by their path below the folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths if p.is_file()}


def _save(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below the folder; StoreError for one that would lie elsewhere."""
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise StoreError(f"a shard gave a file that lies outside of the run: {name}")
        write_atomically(folder / path, content)


def read_answer(answer: Answer, folder: Path) -> list[MemberReply]:
    """Save the files and give the members; raises what went wrong on the other machine."""
    data, files = answer
    lines = Lines()
    lines.feed(data)
    replies: list[Reply] = [parse_reply(whole) for whole in lines]
    for reply in replies:
        if isinstance(reply, FailedReply):
            raise reply.exception()
    _save(files, folder)
    return [reply for reply in replies if isinstance(reply, MemberReply)]


def make_request(
    job: TrainJob,
    members: tuple[tuple[int, int], ...],
    *,
    unsafe: bool = False,
    patience: float = PATIENCE,
) -> bytes:
    """The request as it travels, with the checkpoints that the members have."""
    folder = Path(job.folder)
    paths = [checkpoint_path(folder, job.rewards[reward].id, seed) for reward, seed in members]
    return encode(
        ShardRequest(
            job=job,
            members=members,
            unsafe=unsafe,
            patience=patience,
            versions=installed_versions(),
            checkpoints=_read(paths, folder),
        )
    )


def heartbeat(job: TrainJob, steps: int, done: int, seconds: float) -> TrainProgress:
    """Where a job stands: after so many environment steps of its members, so many of them here."""
    members = len(job.rewards) * len(job.seeds)
    return TrainProgress(
        job=job.id,
        worker=0,
        steps=steps // max(1, members),
        total=job.steps,
        members=members,
        steps_per_second=done / max(seconds, 1e-9),
    )
