"""What crosses between the three processes: fixed layouts of numbers, identifiers and plain text.

client → server   a request of fixed size with descriptors
server → client   GRANTED, REFUSED, GONE, LEVEL on the request's own *warden* socket
client → child    SETUP, CALL on the *channel*, the child's one descriptor
child → client    REPORT, READY, FAILED, RESULT; read as an attacker's

No pickle and no exception object: beside numbers at most 32 identifiers and 4 KB of ASCII.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

MAX_COMPONENTS: Final = 32
MAX_NAME: Final = 64
MAX_TEXT: Final = 4096
MAX_SOURCE: Final = 128 * 1024
MAX_BODY: Final = 8192
"""Bytes in one frame that a child may send."""
MAX_CAPACITY: Final = 1 << 24
MAX_BYTES: Final = 1 << 36
MAX_ARRAYS: Final = 512
MAX_DIMENSIONS: Final = 8

GRANTED, REFUSED, GONE, LEVEL = 1, 2, 3, 4
SETUP, CALL = 10, 11
REPORT, READY, FAILED, RESULT = 20, 21, 22, 23
ATTACH, OPEN = 30, 31

KINDS: Final = (
    "error",
    "syntax",
    "forbidden",
    "shape",
    "type",
    "components",
    "memory",
    "crashed",
    "timeout",
    "killed",
)
"""How a candidate can fail; a child may only name the first eight."""
TOLD_BY_CHILD: Final = KINDS[:8]

HEADER: Final = struct.Struct("<BI")
NUMBER: Final = struct.Struct("<i")
_REQUEST = struct.Struct("<4sBxxxIQQQ")
REQUEST_SIZE: Final = _REQUEST.size
_MAGIC = b"rwd1"
_SETUP = struct.Struct("<BIH")
_ARRAY = struct.Struct("<64s8sB8IQ")
CALL_BODY: Final = struct.Struct("<I")
_RESULT = struct.Struct("<IBB")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks of the server; the descriptors travel beside it."""

    kind: int
    cpu: int = 0
    memory: int = 0
    input_bytes: int = 0
    output_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one array lies in the input: its whole shape, and its first byte."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Setup:
    """All that a child is told: the code, whether to check it, and what it computes on."""

    source: str
    check: bool
    capacity: int
    slots: tuple[Slot, ...]


def frame(kind: int, body: bytes = b"") -> bytes:
    """One frame: its kind, its length, its body."""
    return HEADER.pack(kind, len(body)) + body


def clean(text: str | bytes) -> str:
    """Text that may be shown: ASCII, escaped, no control characters but newline, at most 4 KB."""
    if isinstance(text, bytes):
        plain = text[:MAX_TEXT].decode("ascii", "backslashreplace")
    else:
        plain = text[:MAX_TEXT].encode("ascii", "backslashreplace").decode("ascii")
    return _CONTROL.sub("", plain)[:MAX_TEXT]


def is_name(text: str) -> bool:
    """Whether `text` may name a component or a signal: an ASCII identifier of 64 characters."""
    return text.isascii() and text.isidentifier() and len(text) <= MAX_NAME


def pack_request(request: Request) -> bytes:
    """A request as bytes, always as many."""
    sizes = (request.memory, request.input_bytes, request.output_bytes)
    return _REQUEST.pack(_MAGIC, request.kind, request.cpu, *sizes)


def unpack_request(body: bytes) -> Request | None:
    """The request, None where the bytes are none."""
    if len(body) != REQUEST_SIZE:
        return None
    magic, kind, cpu, memory, input_bytes, output_bytes = _REQUEST.unpack(body)
    return Request(kind, cpu, memory, input_bytes, output_bytes) if magic == _MAGIC else None


def pack_setup(setup: Setup) -> bytes:
    """The body of a SETUP frame."""
    arrays = b"".join(
        _ARRAY.pack(
            slot.name.encode("ascii"),
            slot.dtype.encode("ascii"),
            len(slot.shape),
            *slot.shape,
            *(0,) * (MAX_DIMENSIONS - len(slot.shape)),
            slot.offset,
        )
        for slot in setup.slots
    )
    head = _SETUP.pack(setup.check, setup.capacity, len(setup.slots))
    return head + arrays + setup.source.encode("utf-8")


def unpack_setup(body: bytes) -> Setup:
    """What `pack_setup` packed."""
    check, capacity, count = _SETUP.unpack_from(body)
    end = _SETUP.size + count * _ARRAY.size
    slots: list[Slot] = []
    for name, dtype, dimensions, *rest in _ARRAY.iter_unpack(body[_SETUP.size : end]):
        slots.append(
            Slot(
                name=name.rstrip(b"\0").decode("ascii"),
                dtype=dtype.rstrip(b"\0").decode("ascii"),
                shape=tuple(rest[:dimensions]),
                offset=rest[MAX_DIMENSIONS],
            )
        )
    return Setup(body[end:].decode("utf-8"), bool(check), capacity, tuple(slots))


def pack_failure(kind: str, message: str) -> bytes:
    """The body of a FAILED frame."""
    return bytes([KINDS.index(kind)]) + clean(message).encode("ascii")


def unpack_failure(body: bytes) -> tuple[str, str] | None:
    """Kind and cleaned message, None where the child sent something else."""
    if not body or body[0] >= len(TOLD_BY_CHILD):
        return None
    return KINDS[body[0]], clean(body[1:])


def pack_result(rows: int, count: int, names: tuple[str, ...]) -> bytes:
    """The body of a RESULT frame; `names` only with the first one."""
    packed = b"".join(name.encode("ascii").ljust(MAX_NAME, b"\0") for name in names)
    return _RESULT.pack(rows, count, bool(names)) + packed


def unpack_result(body: bytes) -> tuple[int, int, tuple[str, ...]] | None:
    """Rows, number of components, and their names or (); None where a child broke the form."""
    if len(body) < _RESULT.size:
        return None
    rows, count, named = _RESULT.unpack_from(body)
    packed = body[_RESULT.size :]
    if count > MAX_COMPONENTS or len(packed) != (count * MAX_NAME if named else 0):
        return None
    parts = [packed[start : start + MAX_NAME] for start in range(0, len(packed), MAX_NAME)]
    names = tuple(part.rstrip(b"\0").decode("latin-1") for part in parts)
    sound = all(is_name(name) for name in names) and len(set(names)) == len(names)
    return (rows, count, names) if sound else None
