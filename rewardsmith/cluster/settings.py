"""The settings of an executor, from what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import Record

T = TypeVar("T", bound=Record)


def convert_settings(executor: str, settings: Mapping[str, Any], kind: type[T]) -> T:
    """The record of the settings; UsageError for an unknown name or a value that cannot be."""
    for name in settings:
        if name not in kind.__struct_fields__:
            what = f"setting of the {executor} executor"
            raise UsageError(unknown_name(what, name, kind.__struct_fields__))
    try:
        return msgspec.convert(dict(settings), kind, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"--executor-set: {error}") from error
