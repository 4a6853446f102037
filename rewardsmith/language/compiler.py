"""Compiles a checked tree, in a namespace that holds only pure functions."""

from __future__ import annotations

import ast
import builtins
import functools
import math
import warnings
from collections.abc import Callable
from types import CodeType, SimpleNamespace
from typing import Any

import numpy as np

from rewardsmith.language import names
from rewardsmith.language.faults import Fault
from rewardsmith.language.scopes import Facts, collect, defaults

RewardFunction = Callable[..., Any]
FILE = "<reward>"
"""The file name of candidates' code, as it stands in tracebacks."""
_ANNOTATIONS = frozenset({"annotation", "returns", "type_comment"})
_FIXED = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.Starred),
    *(ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context),
)
"""What values are made of that nothing can change."""


@functools.wraps(np.pad)
def _pad(array: Any, pad_width: Any, mode: Any = "constant", **rest: Any) -> Any:
    return np.pad(array, pad_width, "constant" if mode == "empty" else mode, **rest)


_REPLACED: dict[str, Callable[..., Any]] = {
    "empty": np.zeros,
    "empty_like": np.zeros_like,
    "pad": _pad,
}
"""What would give memory with leftovers gives zeros."""


@functools.cache
def numpy_proxy() -> SimpleNamespace:
    """An object with the allowed functions and constants of NumPy, and nothing else."""
    allowed = sorted(names.NUMPY | names.NUMPY_TYPES)
    values = {name: _REPLACED.get(name, getattr(np, name)) for name in allowed}
    linalg = {name: getattr(np.linalg, name) for name in sorted(names.LINALG)}
    return SimpleNamespace(**values, linalg=SimpleNamespace(**linalg))


@functools.cache
def math_proxy() -> SimpleNamespace:
    """An object with the allowed functions of math."""
    return SimpleNamespace(**{name: getattr(math, name) for name in sorted(names.MATH)})


def minimal_builtins() -> dict[str, Any]:
    """The builtins that a reward may call, and what NumPy itself needs to import its parts."""
    known = sorted(names.BUILTINS | names.EXCEPTIONS)
    allowed = {name: getattr(builtins, name) for name in known}
    return {**allowed, "__import__": _import_numpy}


def _import_numpy(name: str, *rest: Any) -> Any:
    """Let NumPy's C code find NumPy's own modules: it asks the builtins of whoever calls it."""
    if name.partition(".")[0] != "numpy":
        raise ImportError(f"{name} cannot be imported, only numpy and math can")
    return builtins.__import__(name, *rest)


def namespace(facts: Facts) -> dict[str, Any]:
    """The globals of a reward file: its imports, NumPy, math, a few builtins."""
    modules: dict[str, Any] = {"np": numpy_proxy(), "math": math_proxy()}
    modules["np.linalg"] = modules["np"].linalg
    found: dict[str, Any] = {"__builtins__": minimal_builtins(), "__name__": "reward"}
    for name, path in facts.imports.paths.items():
        module, _, attribute = path.rpartition(".")
        found[name] = modules[path] if path in modules else getattr(modules[module], attribute)
    return found


def code_of(tree: ast.Module, facts: Facts) -> CodeType:
    """The tree as code, without imports and annotations; SyntaxError where Python refuses it."""
    body = [_stripped(node) for node in tree.body if node not in facts.annotation_aliases]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(ast.Module(body, []), FILE, "exec", dont_inherit=True)


def compiler_faults(tree: ast.Module, facts: Facts) -> list[Fault]:
    """What Python's compiler says of a file that its parser accepts: `break` outside a loop."""
    try:
        code_of(tree, facts)
    except (SyntaxError, ValueError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        told = error.msg if isinstance(error, SyntaxError) else str(error)
        return [Fault("syntax", line, f"not valid Python: {told}; write it in another way")]
    return []


def compile_tree(tree: ast.Module) -> RewardFunction:
    """`compute_reward` of a checked tree; raises whatever the file's top level raises.

    A file with anything in it that could be changed begins anew with every call, so that a reward
    keeps nothing between calls in whatever way it tries.
    """
    facts = collect(tree)
    scope, code = namespace(facts), code_of(tree, facts)
    fresh = dict(scope)
    exec(code, scope)  # noqa: S102  the tree was checked, the namespace is bare
    function = scope[names.REWARD]
    if all(_is_fixed(statement) for statement in tree.body):
        return function

    @functools.wraps(function)
    def anew(*args: Any, **signals: Any) -> Any:
        again = dict(fresh)
        exec(code, again)  # noqa: S102  as above
        return again[names.REWARD](*args, **signals)

    return anew


def _is_fixed(statement: ast.stmt) -> bool:
    """Whether what a statement of the top level defines can never change."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
        return True
    if isinstance(statement, ast.FunctionDef):
        values: list[ast.expr] = [default for _, default in defaults(statement)]
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):
        values = [statement.value] if statement.value is not None else []
    else:
        return False
    return all(isinstance(node, _FIXED) for value in values for node in ast.walk(value))


def compile_trusted(tree: ast.Module) -> RewardFunction | None:
    """`compute_reward` of a person's own file, run as Python runs it; None where it has none."""
    scope: dict[str, Any] = {"__name__": "reward", "np": np, "math": math}
    exec(compile(tree, FILE, "exec", dont_inherit=True), scope)  # noqa: S102  trusted by the caller
    return scope.get(names.REWARD)


def _stripped(node: Any) -> Any:
    """A copy of a tree without what need not run: imports, annotations, `with np.errstate()`."""
    if isinstance(node, list):
        return [_stripped(item) for item in node]
    if not isinstance(node, ast.AST):
        return node
    kept = _plainer(node)
    if kept is None:
        kept = type(node)()
        for name, value in ast.iter_fields(node):
            setattr(kept, name, None if name in _ANNOTATIONS else _stripped(value))
    return ast.copy_location(kept, node)


def _plainer(node: ast.AST) -> ast.stmt | None:
    """What stands for a statement that need not run as it is written; None for all others."""
    nothing = isinstance(node, ast.Import | ast.ImportFrom)
    if nothing or (isinstance(node, ast.AnnAssign) and node.value is None):
        return ast.Pass()
    if isinstance(node, ast.AnnAssign):
        return ast.Assign(targets=[_stripped(node.target)], value=_stripped(node.value))
    if isinstance(node, ast.With):
        always = ast.copy_location(ast.Constant(value=True), node)
        return ast.If(always, _stripped(node.body), [])
    return None
