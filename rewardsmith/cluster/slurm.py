"""Slurm, through submitit: each shard is a job of the queue."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rewardsmith.cluster import Lost
from rewardsmith.cluster.settings import convert_settings
from rewardsmith.cluster.shard import Answer, run_shard
from rewardsmith.errors import UsageError
from rewardsmith.records import Record

POLL_SECONDS = {"local": 0.1, "debug": 0.0, "slurm": 2.0}
"""How often a job is looked at, by cluster."""
WORKERS = 8
"""Jobs at the same time where --workers does not say it."""


class SlurmSettings(Record, frozen=True):
    """`--executor-set` of the slurm executor; all other names are submitit's own parameters."""

    cluster: str = "slurm"
    """slurm, or submitit's stand-ins for it: local (processes here), debug (this process)."""
    folder: str = "runs/slurm"
    """Where jobs and their logs are kept: on a disk that all machines share."""
    timeout_min: int = 240
    """Minutes that a job may take."""
    cpus_per_task: int = 1
    """Cores of a shard."""
    mem_gb: float = 4.0
    """Memory of a shard."""


class SlurmCluster:
    """The queue; a job that fails, times out or is preempted is a lost shard."""

    def __init__(self, settings: Mapping[str, Any], *, workers: int | None) -> None:
        own = {k: v for k, v in settings.items() if k in SlurmSettings.__struct_fields__}
        chosen = convert_settings("slurm", own, SlurmSettings)
        rest = {name: value for name, value in settings.items() if name not in own}
        self.slots = workers or WORKERS
        self._poll = POLL_SECONDS.get(chosen.cluster, 2.0)
        self._executor = _executor(chosen, rest)

    def submit(self, request: bytes) -> Any:
        """Queue a job."""
        return self._executor.submit(run_shard, request)

    def ended(self, handles: Sequence[Any], seconds: float) -> tuple[Any, Answer | Lost] | None:
        """The next job that has ended."""
        deadline = time.monotonic() + seconds
        while True:
            for job in handles:
                if job.done():
                    return job, _answer(job)
            if time.monotonic() >= deadline:
                return None
            time.sleep(self._poll)

    def cancel(self, handles: Sequence[Any]) -> None:
        """Take the jobs out of the queue."""
        for job in handles:
            job.cancel()

    def close(self) -> None:
        """Nothing is held open."""


def _answer(job: Any) -> Answer | Lost:
    from submitit.core.utils import UncompletedJobError

    try:
        return job.result()
    except UncompletedJobError:
        return Lost(f"job {job.job_id} did not come to its end ({job.state}; {job.paths.stderr})")


def _executor(chosen: SlurmSettings, rest: Mapping[str, Any]) -> Any:
    submitit = _import_submitit()
    logging.getLogger("submitit").setLevel(logging.WARNING)
    try:
        executor = submitit.AutoExecutor(folder=Path(chosen.folder) / "%j", cluster=chosen.cluster)
        executor.update_parameters(
            name="rewardsmith",
            timeout_min=chosen.timeout_min,
            cpus_per_task=chosen.cpus_per_task,
            mem_gb=chosen.mem_gb,
            **rest,
        )
    except (RuntimeError, ValueError, NameError, TypeError) as error:
        raise UsageError(f"--executor slurm: {' '.join(str(error).split())}") from error
    return executor


def _import_submitit() -> Any:
    try:
        import submitit
    except ImportError as error:
        raise UsageError(
            "--executor slurm needs submitit, which is not installed: "
            "pip install 'rewardsmith[slurm]'"
        ) from error
    return submitit
