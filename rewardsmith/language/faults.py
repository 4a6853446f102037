"""A fault of a reward file, as plain data: this part loads in the reward process."""

from __future__ import annotations

import ast
import copy
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that the reward language does not allow: which rule, where, and what to do."""

    rule: str
    line: int | None
    message: str


_MOST_PARTS = 120
"""Parts of a construct that are written out; sixty characters hold thirty."""


def excerpt(node: ast.AST, *, most: int = 60) -> str:
    """The construct as code, shortened, for use in a message."""
    try:
        text = " ".join(ast.unparse(_pruned(node, [_MOST_PARTS])).split())
    except (RecursionError, ValueError, AttributeError, TypeError):
        return type(node).__name__
    return text if len(text) <= most else text[: most - 3] + "..."


def _pruned(node: ast.AST, left: list[int]) -> ast.AST:
    """A copy of at most so many parts: a long construct is not written out for its beginning."""
    left[0] -= 1
    if left[0] < 0 and isinstance(node, ast.expr):
        return ast.Name("...")
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return ast.Constant(node.value[:_MOST_PARTS], node.kind)
    kept = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(kept, name, _pruned(value, left))
        elif isinstance(value, list):
            some: list[object] = value[:_MOST_PARTS]
            parts = [_pruned(item, left) if isinstance(item, ast.AST) else item for item in some]
            setattr(kept, name, parts)
    return kept
