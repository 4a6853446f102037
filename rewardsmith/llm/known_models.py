"""Known models: what the list that litellm carries says of them, read from its file.

Nothing is imported or fetched for that.
"""

from __future__ import annotations

import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_LIST = "model_prices_and_context_window_backup.json"
_SEES = "supports_vision"


def takes_pictures(model: str) -> bool | None:
    """Whether a model takes pictures; None where the list does not know it, or does not say."""
    seeing, known = _seeing()
    names = (model, model.partition("/")[2])
    if any(name in seeing for name in names):
        return True
    return False if any(name in known for name in names) else None


@lru_cache(maxsize=1)
def listed_prices() -> dict[str, tuple[float, float]]:
    """(prompt, completion) in US dollars a token, by model name."""
    return {
        name: (float(entry["input_cost_per_token"]), float(entry["output_cost_per_token"]))
        for name, entry in _entries().items()
        if isinstance(entry.get("input_cost_per_token"), int | float)
        and isinstance(entry.get("output_cost_per_token"), int | float)
    }


@lru_cache(maxsize=1)
def _seeing() -> tuple[frozenset[str], frozenset[str]]:
    """The models that take pictures, and all that are known."""
    entries = _entries()
    return frozenset(n for n, entry in entries.items() if entry.get(_SEES)), frozenset(entries)


def _entries() -> dict[str, dict[str, Any]]:
    """What stands in the file, by model name; nothing where there is none."""
    found = importlib.util.find_spec("litellm")
    if found is None or found.origin is None:
        return {}
    try:
        text = (Path(found.origin).parent / _LIST).read_text(encoding="utf-8")
        entries: dict[str, Any] = json.loads(text)
    except (OSError, ValueError):
        return {}
    return {name: entry for name, entry in entries.items() if isinstance(entry, dict)}
