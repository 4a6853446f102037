"""Reading an answer: the JSON that stands in it, its words on one line."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

MOST_WORDS = 300
"""Characters of a model's words that are kept where they are one part of several."""
_LAST_CHARACTERS = 50_000
_MOST_OBJECTS = 200
"""Places of an answer in which objects are looked for."""


def objects_in(answer: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand in an answer, in order."""
    text = answer[-_LAST_CHARACTERS:]
    decoder, place = json.JSONDecoder(), text.find("{")
    for _ in range(_MOST_OBJECTS):
        if place < 0:
            return
        try:
            found, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield found
        place = text.find("{", end)


def plain(text: Any, most: int = MOST_WORDS) -> str:
    """A model's words on one line, short, without control or direction characters."""
    if not isinstance(text, str):
        return ""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 7 * most])
    return " ".join(kept.split())[:most]
