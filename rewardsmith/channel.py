"""What the command line's process, the trainer server and its workers say to each other.

One JSON object a line, nothing else: no pickle, no object of the other side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from rewardsmith import errors
from rewardsmith.records import MemberResult, Record, TrainJob, TrainProgress, encode

PATIENCE = 600.0
"""Seconds, where nothing else is said."""


class TrainRequest(Record, frozen=True, tag="train"):
    """Train a job in at most `workers` processes."""

    job: TrainJob
    workers: int
    patience: float = PATIENCE
    """Seconds without a sign of life after which a worker's simulator counts as hung."""
    members: tuple[tuple[int, int], ...] | None = None
    """Indices of rewards with seeds, where not all are to be trained here."""


class CallRequest(Record, frozen=True, tag="call"):
    """Call `module:attribute` in a worker and give back what it returns, as JSON."""

    function: str
    arguments: dict[str, Any]
    environment: str = ""
    """The name of the environment that it steps: whose fault it is when the worker dies."""
    patience: float = PATIENCE


class CancelRequest(Record, frozen=True, tag="cancel"):
    """End what is being done, at once."""


class ProgressReply(Record, frozen=True, tag="progress"):
    """Where a shard stands."""

    progress: TrainProgress


class MemberReply(Record, frozen=True, tag="member"):
    """One member is trained."""

    member: MemberResult
    died: bool = False
    """True where its training never ended by itself: the worker died each time."""


class ReturnReply(Record, frozen=True, tag="return"):
    """What a called function returned."""

    value: Any = None


class DoneReply(Record, frozen=True, tag="done"):
    """A worker has done its part, or the server its request."""


class FailedReply(Record, frozen=True, tag="failed"):
    """What was asked for failed, through no fault of a candidate."""

    error: str
    """Name of a class of `rewardsmith.errors`."""
    message: str
    wordless: bool = False
    """True where a process ended or fell silent without telling why: its stderr may."""

    def exception(self) -> errors.RewardsmithError:
        """The exception that the other side stands for."""
        kind = getattr(errors, self.error, None)
        if not isinstance(kind, type) or not issubclass(kind, errors.RewardsmithError):
            return errors.TrainerFailed(f"{self.error}: {self.message}")
        if issubclass(kind, errors.RewardFailed):
            name, _, rest = self.message.partition(": ")
            return errors.RewardFailed(name, rest)
        return kind(self.message)


Request = TrainRequest | CallRequest | CancelRequest
Reply = ProgressReply | MemberReply | ReturnReply | DoneReply | FailedReply

_request_decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_reply_decoder: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


def line(message: Request | Reply) -> bytes:
    """The message as it crosses."""
    return encode(message) + b"\n"


def parse_request(data: bytes) -> Request:
    """The request that stands on a line."""
    return _request_decoder.decode(data)


def parse_reply(data: bytes) -> Reply:
    """The reply that stands on a line."""
    return _reply_decoder.decode(data)


class Lines:
    """Cuts a stream of bytes into lines; a torn one waits for its rest."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> None:
        """Append what has arrived."""
        self._rest += data

    def __iter__(self) -> Iterator[bytes]:
        while (end := self._rest.find(b"\n")) >= 0:
            whole = bytes(self._rest[:end])
            del self._rest[: end + 1]
            yield whole
