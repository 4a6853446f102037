"""Where calls write to, and which indices give views."""

from __future__ import annotations

import ast

import numpy as np

from rewardsmith.language import names
from rewardsmith.language.bounds import Bounds
from rewardsmith.language.scopes import Facts

OUT_PLACES = {
    name: function.nin
    for name in sorted(names.NUMPY)
    if isinstance(function := getattr(np, name), np.ufunc)
} | {"clip": 3, "round": 2, "around": 2, "concatenate": 2, "dot": 2}
"""Where a function takes its output by place."""


def outputs(node: ast.Call, facts: Facts) -> list[ast.expr]:
    """The expressions that a call writes to."""
    found: list[ast.expr] = []
    for keyword in node.keywords:
        if keyword.arg == "out":
            value = keyword.value
            found += value.elts if isinstance(value, ast.Tuple) else [value]
    path = facts.path(node.func)
    name = path.removeprefix("np.") if path else ""
    if name in names.CHANGING_FUNCTIONS:
        found += node.args[:1]
    if name in OUT_PLACES:
        found += node.args[OUT_PLACES[name] :]
    if name == "nan_to_num":
        copies = [*(k.value for k in node.keywords if k.arg == "copy"), *node.args[1:2]]
        if any(isinstance(copy, ast.Constant) and not copy.value for copy in copies):
            found += node.args[:1]
    return found


def leaves_out(node: ast.Call, facts: Facts) -> bool:
    """Whether a ufunc gets where= and no output: what lay in memory before would be its result."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    where = given.get("where", ast.Constant(value=True))
    if "out" in given or (isinstance(where, ast.Constant) and where.value is True):
        return False
    path = facts.path(node.func)
    if path is None:
        return isinstance(node.func, ast.Attribute) and node.func.attr in {"outer", "clip"}
    return len(node.args) <= OUT_PLACES.get(path.removeprefix("np."), -1)


def is_basic_index(node: ast.expr, facts: Facts, bounds: Bounds) -> bool:
    """Whether an index is made of integers and slices, so that it gives a view."""
    if isinstance(node, ast.Tuple):
        return all(is_basic_index(item, facts, bounds) for item in node.elts)
    if isinstance(node, ast.Slice) or bounds.number(node) is not None:
        return True
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        bindings = facts.bindings.get(node.id, [])
        return bool(bindings) and all(b.kind == "element" for b in bindings)
    return facts.path(node) == "np.newaxis"


def item_name(node: ast.expr) -> str:
    """`parts['speed']` for an item under a written index or key of a name; empty for others."""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and isinstance(node.slice, ast.Constant)
    ):
        return f"{node.value.id}[{node.slice.value!r}]"
    return ""


def may_not_copy(node: ast.Call) -> bool:
    """Whether `copy=` says that the result may be the array itself."""
    asked = [keyword.value for keyword in node.keywords if keyword.arg == "copy"]
    return any(not isinstance(value, ast.Constant) or not value.value for value in asked)
