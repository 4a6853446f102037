"""What a file would keep from call to call: used-up iterators, lists that inner functions fill."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from rewardsmith.language import names
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Facts, Function, own_nodes, walk

_LAZY = ("zip", "map", "filter", "enumerate", "reversed")
_EAGER = ("list", "tuple", "dict", "set", "frozenset", "sorted", "sum", "min", "max", "any", "all")


def state_faults(facts: Facts) -> Iterator[Fault]:
    """What would differ from call to call: iterators and filled closures at the top level."""
    keepers = _keepers(facts)
    for statement in facts.tree.body:
        if isinstance(statement, ast.FunctionDef):
            continue
        consumed = _consumed(statement, facts)
        for node in walk(statement):
            lazy = isinstance(node, ast.GeneratorExp) or _is_call(node, facts, _LAZY)
            if lazy and node not in consumed:
                message = f"`{excerpt(statement)}` is used up by the first call; make it a list"
                yield Fault("state", statement.lineno, message)
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in keepers:
                message = f"`{excerpt(statement)}` keeps what `{called.id}` fills between calls"
                yield Fault("state", statement.lineno, f"{message}; return the values instead")


def _is_call(node: ast.AST, facts: Facts, wanted: Collection[str]) -> bool:
    return isinstance(node, ast.Call) and facts.is_builtin(node.func, *wanted)


def _consumed(statement: ast.stmt, facts: Facts) -> set[ast.AST]:
    """What is used up where it stands: `list(zip(...))`, `for a in zip(...)`, inside functions."""
    found: set[ast.AST] = set()
    for node in walk(statement):
        if isinstance(node, ast.Lambda):
            found.update(walk(node.body))
        elif isinstance(node, ast.Call) and not facts.is_builtin(node.func, *_LAZY):
            whole = isinstance(node.func, ast.Attribute) or facts.is_builtin(node.func, *_EAGER)
            found.update(node.args if whole else ())
        elif isinstance(node, ast.comprehension | ast.For):
            found.add(node.iter)
    return found | _inside_lazy(found, facts)


def _inside_lazy(found: set[ast.AST], facts: Facts) -> set[ast.AST]:
    """What stands in a `zip(...)` that is used up itself."""
    inside: set[ast.AST] = set()
    waiting = [node for node in found if isinstance(node, ast.Call)]
    while waiting:
        node = waiting.pop()
        if facts.is_builtin(node.func, *_LAZY):
            inside.update(node.args)
            waiting += [arg for arg in node.args if isinstance(arg, ast.Call)]
    return inside


def _keepers(facts: Facts) -> set[str]:
    """Functions with a function inside that changes what belongs to the outer one."""
    return {
        name
        for name, nodes in facts.functions.items()
        for outer in nodes
        for inner in walk(outer)
        if isinstance(inner, Function) and inner is not outer
        for changed in _changed_names(inner)
        if changed in facts.scopes[outer] and changed not in facts.scopes[inner]
    }


def _changed_names(function: Function) -> Iterator[str]:
    """Names of lists and dicts that a function's own statements change in place."""
    for node in own_nodes(function):
        target: ast.AST | None = None
        if isinstance(node, ast.Attribute) and node.attr in names.CONTAINER_CHANGES:
            target = node.value
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            target = node.value
        if isinstance(node, ast.AugAssign):
            target = node.target
        while isinstance(target, ast.Subscript):
            target = target.value
        if isinstance(target, ast.Name):
            yield target.id
