"""Ray: each shard is a task of a Ray cluster, or of this machine where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rewardsmith.cluster import Lost
from rewardsmith.cluster.settings import convert_settings
from rewardsmith.cluster.shard import Answer, run_shard
from rewardsmith.errors import TrainerFailed, UsageError
from rewardsmith.records import Record


class RaySettings(Record, frozen=True):
    """`--executor-set` of the ray executor."""

    address: str = ""
    """The cluster's; where unset RAY_ADDRESS, else a cluster of this machine alone."""
    cpus: float = 1.0
    """Cores of a shard."""
    gpus: float = 0.0
    """GPUs of a shard; a part of one where several shards are to share it."""


class RayCluster:
    """A Ray cluster; node losses are ours to repeat, in halves, so Ray itself retries nothing."""

    def __init__(self, settings: Mapping[str, Any], *, workers: int | None) -> None:
        chosen = convert_settings("ray", settings, RaySettings)
        self._ray = _import_ray()
        self._owned = not self._ray.is_initialized()
        if self._owned:
            self._connect(chosen.address)
        self.slots = workers or self._capacity(chosen)
        self._task = self._ray.remote(
            num_cpus=chosen.cpus, num_gpus=chosen.gpus, max_retries=0, scheduling_strategy="SPREAD"
        )(run_shard)

    def submit(self, request: bytes) -> Any:
        """Queue a task; Ray finds it a place."""
        return self._task.remote(request)

    def ended(self, handles: Sequence[Any], seconds: float) -> tuple[Any, Answer | Lost] | None:
        """The next task that has ended."""
        ready, _ = self._ray.wait(list(handles), num_returns=1, timeout=seconds)
        if not ready:
            return None
        try:
            return ready[0], self._ray.get(ready[0])
        except self._ray.exceptions.RayTaskError as error:
            raise TrainerFailed(f"a shard failed on its machine: {error.cause}") from error
        except self._ray.exceptions.RayError as error:
            return ready[0], Lost(f"the machine or its process was lost ({type(error).__name__})")

    def cancel(self, handles: Sequence[Any]) -> None:
        """Kill the tasks."""
        for handle in handles:
            self._ray.cancel(handle, force=True)

    def close(self) -> None:
        """Leave the cluster, where we joined it."""
        if self._owned:
            self._ray.shutdown()

    def _connect(self, address: str) -> None:
        try:
            self._ray.init(address=address or None, log_to_driver=False, logging_level="error")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise UsageError(f"no Ray cluster at {address or 'this machine'}: {error}") from error

    def _capacity(self, settings: RaySettings) -> int:
        resources = self._ray.cluster_resources()
        room = [resources.get("CPU", 0.0) / settings.cpus] if settings.cpus else []
        room += [resources.get("GPU", 0.0) / settings.gpus] if settings.gpus else []
        slots = int(min(room, default=1.0))
        if slots < 1:
            raise UsageError(
                f"the Ray cluster has {resources.get('CPU', 0):g} cores and "
                f"{resources.get('GPU', 0):g} GPUs, less than one shard asks for "
                f"({settings.cpus:g} and {settings.gpus:g}); lower --executor-set cpus= or gpus="
            )
        return slots


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise UsageError(
            "--executor ray needs Ray, which is not installed: pip install 'rewardsmith[ray]'"
        ) from error
    return ray
