"""A fault of a reward file, as plain data: this part loads in the reward process."""

from __future__ import annotations

import ast
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that the reward language does not allow: which rule, where, and what to do."""

    rule: str
    line: int | None
    message: str


def excerpt(node: ast.AST, *, most: int = 60) -> str:
    """The construct as code, shortened, for use in a message."""
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        return type(node).__name__
    return text if len(text) <= most else text[: most - 3] + "..."
