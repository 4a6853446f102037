"""Compiles a checked tree, in a namespace that holds only pure functions."""

from __future__ import annotations

import ast
import builtins
import copy
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from rewardsmith.language import names
from rewardsmith.language.scopes import Facts, collect

RewardFunction = Callable[..., Any]
FILE = "<reward>"
"""The file name of candidates' code, as it stands in tracebacks."""
_REPLACED: dict[str, Callable[..., Any]] = {"empty": np.zeros, "empty_like": np.zeros_like}
"""What would give memory with leftovers gives zeros."""


def numpy_proxy() -> SimpleNamespace:
    """An object with the allowed functions and constants of NumPy, and nothing else."""
    allowed = sorted(names.NUMPY | names.NUMPY_TYPES)
    values = {name: _REPLACED.get(name, getattr(np, name)) for name in allowed}
    linalg = {name: getattr(np.linalg, name) for name in sorted(names.LINALG)}
    return SimpleNamespace(**values, linalg=SimpleNamespace(**linalg))


def math_proxy() -> SimpleNamespace:
    """An object with the allowed functions of math."""
    return SimpleNamespace(**{name: getattr(math, name) for name in sorted(names.MATH)})


def minimal_builtins() -> dict[str, Any]:
    """The builtins that a reward may call."""
    return {name: getattr(builtins, name) for name in sorted(names.BUILTINS)}


def namespace(facts: Facts) -> dict[str, Any]:
    """The globals of a reward file: its imports, NumPy, math, a few builtins."""
    modules: dict[str, Any] = {"np": numpy_proxy(), "math": math_proxy()}
    modules["np.linalg"] = modules["np"].linalg
    found: dict[str, Any] = {"__builtins__": minimal_builtins(), "__name__": "reward"}
    for name, path in facts.imports.paths.items():
        module, _, attribute = path.rpartition(".")
        found[name] = modules[path] if path in modules else getattr(modules[module], attribute)
    return found


def compile_tree(tree: ast.Module) -> RewardFunction:
    """`compute_reward` of a checked tree; raises whatever the file's top level raises."""
    facts = collect(tree)
    dropped = {id(statement) for statement in facts.annotation_aliases}
    stripped = _Strip(dropped).visit(_copied(tree, dropped))
    code = compile(ast.fix_missing_locations(stripped), FILE, "exec", dont_inherit=True)
    scope = namespace(facts)
    exec(code, scope)  # noqa: S102  the tree was checked, the namespace is bare
    return scope[names.REWARD]


def compile_trusted(tree: ast.Module) -> RewardFunction:
    """`compute_reward` of a person's own file, run as Python runs it."""
    scope: dict[str, Any] = {"__name__": "reward", "np": np, "math": math}
    exec(compile(tree, FILE, "exec", dont_inherit=True), scope)  # noqa: S102  trusted by the caller
    return scope[names.REWARD]


def _copied(tree: ast.Module, dropped: set[int]) -> ast.Module:
    """A deep copy of the tree without the statements that only annotations need."""
    return ast.Module([copy.deepcopy(s) for s in tree.body if id(s) not in dropped], [])


class _Strip(ast.NodeTransformer):
    """Takes out what never needs to run: imports and annotations."""

    def __init__(self, dropped: set[int]) -> None:
        self.dropped = dropped

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        """The namespace has the name already."""
        return ast.copy_location(ast.Pass(), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        """The namespace has the names already."""
        return ast.copy_location(ast.Pass(), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """`x: float = 1.0` becomes `x = 1.0`."""
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        changed = ast.Assign(targets=[node.target], value=self.visit(node.value))
        return ast.copy_location(changed, node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        """Functions lose the annotation of what they return."""
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Parameters lose their annotation."""
        node.annotation = None
        return node
