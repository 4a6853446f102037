"""Looks at simulators of others in a process of their own: nothing that they do ends ours."""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from rewardsmith.channel import PATIENCE
from rewardsmith.errors import UsageError
from rewardsmith.executor import TrainerServer

PROBE = "rewardsmith.backends.gymnasium:probe"
LOAD = "rewardsmith.environments:try_to_load"


def probe_apart(identifier: str, *, patience: float = PATIENCE) -> dict[str, Any]:
    """What `probe` finds out about a Gymnasium id.

    Raises UsageError for an unknown id, EnvironmentUnavailable with the simulator's own message
    where it does not start, breaks, crashes, or gives no sign of life for `patience` seconds.
    """
    try:
        return msgspec.json.decode(_probed(identifier, patience))
    except UsageError:
        gymnasium = sys.modules.get("gymnasium")
        if gymnasium is None or identifier not in gymnasium.registry:
            raise
    # Registered by the program that called us, which no other process knows of.
    from rewardsmith.backends.gymnasium import probe

    return probe(identifier)


@cache
def _probed(identifier: str, patience: float) -> bytes:
    """JSON, the same for the same id as long as this process lives."""
    arguments = {"identifier": identifier}
    return msgspec.json.encode(call_apart(PROBE, f"gymnasium:{identifier}", patience, arguments))


def load_apart(specification: dict[str, Any], *, patience: float = PATIENCE) -> None:
    """Load an environment's file there, before it is loaded here.

    Raises what loading it raises, EnvironmentUnavailable where it crashes or hangs.
    """
    call_apart(LOAD, str(specification["name"]), patience, {"specification": specification})


def call_apart(function: str, environment: str, patience: float, arguments: dict[str, Any]) -> Any:
    """What a function, `module:name`, gives in a worker that `environment` may end."""
    with tempfile.TemporaryDirectory(prefix="rewardsmith-") as folder:
        log = Path(folder) / "log"
        with TrainerServer.start(None, workers=1, log=log, warm=()) as server:
            server.patience = patience
            return server.call(function, environment, **arguments)
