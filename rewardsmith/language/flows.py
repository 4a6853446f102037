"""From where the names of a reward have their values: through assignments, calls and loops."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain

_GROUPED = frozenset({"zip", "reversed", "sorted", "list", "tuple"})
SAME_CALLS = _GROUPED | {"array", "asarray", "float", "float32", "float64", "abs"}
"""Functions that only hand on the numbers that they are given."""
_CONTENTS = frozenset({"items", "values", "get"})
_PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.UnaryOp: ("operand",),
    ast.Starred: ("value",),
    ast.Subscript: ("value",),
    ast.IfExp: ("body", "orelse"),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
    ast.Set: ("elts",),
    ast.Dict: ("values",),
    ast.NamedExpr: ("target", "value"),
    ast.ListComp: ("elt",),
    ast.SetComp: ("elt",),
    ast.GeneratorExp: ("elt",),
    ast.DictComp: ("value",),
}
"""The fields of an expression that its numbers come from."""

Flow = tuple[frozenset[str], frozenset[str]]
"""(targets, sources): what is done with a target is done with the sources."""


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def held(node: ast.AST | None) -> frozenset[str]:
    """The names whose numbers a value consists of; a quotient or a comparison holds none."""
    if isinstance(node, ast.Name):
        return frozenset({node.id})
    return frozenset() if node is None else held_by(_parts(node))


def held_by(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Those of any of them."""
    return frozenset(chain.from_iterable(held(node) for node in nodes))


def assigned(node: ast.AST) -> frozenset[str]:
    """The names that a target gives a value, whole or in part."""
    match node:
        case ast.Name(id=name):
            return frozenset({name})
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return frozenset(chain.from_iterable(assigned(part) for part in parts))
        case ast.Subscript(value=part) | ast.Attribute(value=part) | ast.Starred(value=part):
            return assigned(part)
        case _:
            return frozenset()


def _parts(node: ast.AST) -> list[ast.expr]:
    """The expressions whose numbers a value takes over, or is whole with."""
    if isinstance(node, ast.BinOp):
        return [] if isinstance(node.op, ast.Div) else [node.left, node.right]
    if isinstance(node, ast.Call):
        name = called(node)
        if name in _CONTENTS and isinstance(node.func, ast.Attribute):
            return [node.func.value]
        return node.args if name in SAME_CALLS | {"enumerate", "int"} else []
    fields = (getattr(node, name) for name in _PARTS.get(type(node), ()))
    return [part for value in fields for part in (value if isinstance(value, list) else [value])]


def parameter_of(
    functions: dict[str, ast.arguments], call: ast.Call, place: int | str
) -> frozenset[str]:
    """The name under which a function of the file takes an argument; none for others."""
    known = functions.get(getattr(call.func, "id", ""))
    if known is None:
        return frozenset()
    if isinstance(place, str):
        return frozenset({place})
    plain = (*known.posonlyargs, *known.args)
    return frozenset({plain[place].arg}) if place < len(plain) else frozenset()


def flows_of(node: ast.AST, functions: dict[str, ast.arguments]) -> Iterator[Flow]:
    """From where a node gives names their values."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case (
            ast.AugAssign(target=target, value=value)
            | ast.AnnAssign(target=target, value=value)
            | ast.NamedExpr(target=target, value=value)
        ):
            yield assigned(target), held(value)
        case ast.Call():
            for place, value in (
                *enumerate(node.args),
                *((k.arg or "", k.value) for k in node.keywords),
            ):
                yield parameter_of(functions, node, place), held(value)
        case ast.arguments():
            for name, default in defaults_of(node):
                yield frozenset({name}), held(default)
        case _:
            pass


def tables_of(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names of dictionaries."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict | ast.DictComp):
            found.update(*(assigned(t) for t in node.targets if isinstance(t, ast.Name)))
    return frozenset(found)


def looped(node: ast.For | ast.comprehension, tables: frozenset[str]) -> Iterator[Flow]:
    """From what is gone over; of a dictionary as such these are its keys, and no numbers."""
    inside = any(getattr(part, "attr", "") in _CONTENTS for part in ast.walk(node.iter))
    for targets, sources in _pairs(node.target, node.iter):
        yield targets, sources if inside else sources - tables


def defaults_of(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    """The parameters of a function that have a default, with it."""
    plain = (*arguments.posonlyargs, *arguments.args)
    for argument, default in zip(reversed(plain), reversed(arguments.defaults), strict=False):
        yield argument.arg, default
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument.arg, default


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[Flow]:
    """Targets with what they take their values from, part by part where that can be told."""
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) | ast.Call(
            func=ast.Name(id="zip"), args=values
        ) if len(targets) == len(values):
            for one, other in zip(targets, values, strict=True):
                yield from _pairs(one, other)
        case ast.Tuple(elts=[_, second]), ast.Call(args=[rest, *_]) if called(value) == "enumerate":
            yield from _pairs(second, rest)
        case ast.Tuple(elts=[_, second]), ast.Call(func=ast.Attribute(value=rest, attr="items")):
            yield from _pairs(second, rest)
        case _:
            yield assigned(target), held(value)
