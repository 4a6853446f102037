"""The hash of a reward file: of what its tokens mean, so formatting and comments are free."""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Iterator

from rewardsmith.language.source import parse_text

_LARGE = 10**100
_SKIPPED = frozenset({"ctx", "kind", "type_comment", "type_params", "type_ignores"})


def source_hash(source: str) -> str:
    """64 hex digits; equal for files that differ in layout, quotes or comments only.

    A file that does not parse is hashed as text.
    """
    tree, _ = parse_text(source)
    if tree is None:
        data = source.encode("utf-8", "backslashreplace")
    else:
        _clean_docstrings(tree)
        data = "\n".join(_canonical(tree)).encode("utf-8", "backslashreplace")
    return hashlib.sha256(data).hexdigest()


def _canonical(tree: ast.AST) -> Iterator[str]:
    """The tree's nodes and values in order; empty fields, which differ by version, left out."""
    yield type(tree).__name__
    for name, value in ast.iter_fields(tree):
        if name in _SKIPPED or (value is None and name != "value"):
            continue
        items: list[object] = value if isinstance(value, list) else [value]
        if not items:
            continue
        yield f".{name}"
        for item in items:
            if isinstance(item, ast.AST):
                yield from _canonical(item)
            else:
                yield f"{type(item).__name__} {_written(item)}"
    yield "/"


def _written(item: object) -> str:
    """The value as text; hexadecimal for integers that Python does not write in decimals."""
    return hex(item) if type(item) is int and abs(item) > _LARGE else repr(item)


def _clean_docstrings(tree: ast.Module) -> None:
    """Docstrings lose the indentation that the code around them gives."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) or not node.body:
            continue
        first = node.body[0]
        text = first.value if isinstance(first, ast.Expr) else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            text.value = inspect.cleandoc(text.value)
