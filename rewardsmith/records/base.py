"""The record that all others are, and how it is written and read."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen record: compared by value, written as JSON."""


def encode(record: Any) -> bytes:
    """One line of JSON without the line's end."""
    return msgspec.json.encode(record)


def decode(data: bytes | str, kind: type[T]) -> T:
    """The record that `encode` wrote; raises msgspec.ValidationError or DecodeError."""
    return msgspec.json.decode(data, type=kind)
