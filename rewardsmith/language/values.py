"""What a value may be: an input or a view of one, a container of inputs, a constant of the file."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Collection
from enum import IntFlag

from rewardsmith.language import names
from rewardsmith.language.bounds import Bounds
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Comprehension, Facts, Function
from rewardsmith.language.targets import is_basic_index, item_name, may_not_copy, outputs


class Kind(IntFlag):
    """What a value may be."""

    FRESH = 0
    INPUT = 1
    HOLDS = 2
    """A list, tuple or dict with inputs in it."""
    CONSTANT = 4
    """A list, dict or array that the file itself defines."""
    PART = 8
    """Something inside such a constant."""


Names = dict[str, Kind]
MOST_STEPS = 60_000
"""Expressions looked at in one file, over all passes; a reward has hundreds."""
_NAMES_A_STEP = 16  # names are copied in the time of one expression
_INPUTS = Kind.INPUT | Kind.HOLDS
_CONSTANTS = Kind.CONSTANT | Kind.PART


class Values(ABC):
    """Follows values through expressions; notes the changes that happen in them."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.bounds = Bounds(facts)
        self.faults: dict[Fault, None] = {}
        self.given: dict[tuple[ast.AST, str], Kind] = {}
        """What the parameters of helpers are given, over all calls."""
        self.returned: dict[ast.AST, Kind] = {}
        """What functions return."""
        self.steps = 0
        self._parts: dict[ast.expr, Kind] = {}
        """What the items of a written list, tuple or dict were when it was made."""

    @abstractmethod
    def function(self, node: Function, known: Names) -> None:
        """Follow a function's body."""

    def spend(self, known: Collection[str] = ()) -> None:
        """Count a step, more where many names are looked through; RecursionError at the limit."""
        self.steps += 1 + len(known) // _NAMES_A_STEP
        if self.steps > MOST_STEPS:
            raise RecursionError("the code is too entangled to follow")

    # ------------------------------------------------------------ expressions

    def value(self, node: ast.expr | None, known: Names) -> Kind:
        """What an expression may be; notes the changes that happen in it."""
        self.spend()
        if node is None or isinstance(node, ast.Constant):
            return Kind.FRESH
        kind = "Comprehension" if isinstance(node, Comprehension) else type(node).__name__
        specific = getattr(self, f"value_{kind}", self._combined)
        return specific(node, known)

    def value_Name(self, node: ast.Name, known: Names) -> Kind:  # noqa: N802  named after the node
        """What the name stands for by now."""
        return known.get(node.id, Kind.FRESH)

    def value_NamedExpr(self, node: ast.NamedExpr, known: Names) -> Kind:  # noqa: N802
        """The value, which the name stands for from now on."""
        known[node.target.id] = self.value(node.value, known)
        return known[node.target.id]

    def value_Attribute(self, node: ast.Attribute, known: Names) -> Kind:  # noqa: N802
        """`x.T` is a view, `x.shape` is not."""
        kind = self.value(node.value, known)
        return kind if node.attr in names.VIEW_ATTRIBUTES else Kind.FRESH

    def value_Subscript(self, node: ast.Subscript, known: Names) -> Kind:  # noqa: N802
        """`x[0]` is a view, `x[mask]` a copy; an item of a list or dict is what was put there."""
        kind = self.value(node.value, known)
        self.value(node.slice, known)
        item = item_name(node)
        if item in known:
            return known[item]
        basic = is_basic_index(node.slice, self.facts, self.bounds)
        return _inside(kind) if basic or not kind & Kind.INPUT else Kind.FRESH

    def value_Lambda(self, node: ast.Lambda, known: Names) -> Kind:  # noqa: N802
        """A function; its body is followed here."""
        self.function(node, known)
        return Kind.FRESH

    def _combined(self, node: ast.expr, known: Names) -> Kind:
        """Everything that is made of parts."""
        parts = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
        kinds = [self.value(part, known) for part in parts]
        if isinstance(node, ast.IfExp):
            return kinds[1] | kinds[2]
        if isinstance(node, ast.BoolOp):
            return _union(kinds)
        if isinstance(node, ast.Starred):
            return kinds[0]
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            self._parts |= zip(parts, kinds, strict=True)
            held = _union(kinds) & _INPUTS
            return Kind.HOLDS if held else Kind.FRESH
        return _union(kinds) & Kind.HOLDS if isinstance(node, ast.BinOp) else Kind.FRESH

    def value_Comprehension(self, node: Comprehension, known: Names) -> Kind:  # noqa: N802
        """A new container, which may hold inputs."""
        self.spend(known)
        inner = dict(known)
        for generator in node.generators:
            self.element(generator.target, generator.iter, inner)
            for condition in generator.ifs:
                self.value(condition, inner)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        held = _union([self.value(result, inner) for result in results])
        return Kind.HOLDS if held & _INPUTS else Kind.FRESH

    def value_Call(self, node: ast.Call, known: Names) -> Kind:  # noqa: N802
        """What a function of NumPy, a method or a helper gives."""
        given = [self.value(arg, known) for arg in node.args]
        named = {k.arg: self.value(k.value, known) for k in node.keywords}
        for target in outputs(node, self.facts):
            self.changed(target, node, known)
        path = self.facts.path(node.func)
        if path is not None:
            return self._function_result(path.removeprefix("np."), node, given)
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func, _union(given), known)
        if isinstance(node.func, ast.Lambda):
            self._pass(node.func, given, named)
            return self.value(node.func, known) | self.returned.get(node.func, Kind.FRESH)
        result = Kind.FRESH
        if isinstance(node.func, ast.Name):
            for function in self.facts.functions.get(node.func.id, []):
                self.spend()
                self._pass(function, given, named)
                result |= self.returned.get(function, Kind.FRESH)
            together = _union(given) | _union(list(named.values()))
            if self.facts.is_builtin(node.func, "list", "tuple", "dict", "sorted", "set"):
                result |= Kind.HOLDS if together & _INPUTS else Kind.FRESH
            elif self.facts.is_builtin(node.func, "reversed", "enumerate", "zip"):
                result |= together
        return result

    def _pass(self, function: Function, given: list[Kind], named: dict[str | None, Kind]) -> None:
        """Note what a helper's parameters are given."""
        places = [*function.args.posonlyargs, *function.args.args]
        found = dict(zip((arg.arg for arg in places), given, strict=False))
        found |= {name: kind for name, kind in named.items() if name is not None}
        for name, kind in found.items():
            key = (function, name)
            self.given[key] = self.given.get(key, Kind.FRESH) | kind

    def _function_result(self, name: str, node: ast.Call, given: list[Kind]) -> Kind:
        first = given[0] if given else Kind.FRESH
        if name in names.VIEW_LIST_FUNCTIONS:
            return Kind.HOLDS if _union(given) & Kind.INPUT else Kind.FRESH
        converted = any(k.arg == "dtype" for k in node.keywords) or (
            name in {"asarray", "ascontiguousarray"} and len(node.args) > 1
        )
        view = (name in names.VIEW_FUNCTIONS and not converted) or (
            name == "array" and may_not_copy(node)
        )
        return first & (Kind.INPUT | Kind.CONSTANT | Kind.PART) if view else Kind.FRESH

    def _method(self, node: ast.Call, func: ast.Attribute, given: Kind, known: Names) -> Kind:
        kind = self.value(func.value, known)
        if (func.attr in names.CHANGING_METHODS and kind & Kind.INPUT) or (
            func.attr in names.CONTAINER_CHANGES and kind & _CONSTANTS
        ):
            self.say(kind, node, "work on a copy: x = x.copy()")
        fills = func.attr in {"append", "add", "insert", "extend", "update", "setdefault"}
        if fills and given & _INPUTS and isinstance(func.value, ast.Name):
            known[func.value.id] = kind | Kind.HOLDS
        if func.attr in {"values", "items"}:
            return kind & ~Kind.CONSTANT
        if func.attr == "copy":
            return kind & Kind.HOLDS
        if func.attr == "astype" and may_not_copy(node):
            return kind & Kind.INPUT
        return _inside(kind) if func.attr in names.VIEW_METHODS else Kind.FRESH

    def changed(self, base: ast.expr, node: ast.AST, known: Names) -> None:
        """Note that the value of an expression is changed in place."""
        kind = self.value(base, known)
        while isinstance(base, ast.Subscript):
            base = base.value
            kind |= self.value(base, known) & _CONSTANTS
        if kind & (Kind.INPUT | Kind.CONSTANT | Kind.PART):
            self.say(kind, node, "work on a copy (x = x.copy()) or use np.where")

    def say(self, kind: Kind, node: ast.AST, instead: str) -> None:
        """Note a change of an input or of a constant."""
        line, code = getattr(node, "lineno", None), excerpt(node)
        if kind & Kind.INPUT:
            message = f"`{code}` changes an input in place; {instead}"
            self.faults[Fault("input-changed", line, message)] = None
        else:
            message = f"`{code}` changes a constant of the file, which a reward must not; {instead}"
            self.faults[Fault("state", line, message)] = None

    def bind(self, target: ast.expr, value: ast.expr | None, kind: Kind, known: Names) -> None:
        """What an assignment makes of its target."""
        if isinstance(target, ast.Name):
            known[target.id] = kind
            self._items(target.id, value, known)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, None, kind, known)
        elif isinstance(target, ast.Tuple | ast.List):
            items = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for place, item in enumerate(target.elts):
                if len(items) == len(target.elts):
                    self.bind(item, items[place], self.value(items[place], known), known)
                else:
                    self.bind(item, None, _inside(kind), known)
        elif isinstance(target, ast.Subscript):
            self.changed(target.value, target, known)
            held = kind & _INPUTS
            if item := item_name(target):
                known[item] = kind
            if held and isinstance(target.value, ast.Name):
                name = target.value.id
                if not isinstance(target.slice, ast.Slice | ast.Tuple | ast.Compare):
                    known[name] = known.get(name, Kind.FRESH) | _held_by(target.slice)

    def _items(self, name: str, value: ast.expr | None, known: Names) -> None:
        """What stands under each written index or key of a list, tuple or dict of that name."""
        self.spend(known)
        for old in [other for other in known if other.startswith(f"{name}[")]:
            del known[old]
        if isinstance(value, ast.Dict):
            both = zip(value.keys, value.values, strict=True)
            pairs = [(k.value, v) for k, v in both if isinstance(k, ast.Constant)]
        else:
            items = value.elts if isinstance(value, ast.List | ast.Tuple) else []
            starred = any(isinstance(item, ast.Starred) for item in items)
            pairs = [] if starred else list(enumerate(items))
        for key, part in pairs:
            known[f"{name}[{key!r}]"] = self._parts.get(part, Kind.FRESH)

    def element(self, target: ast.expr, iterable: ast.expr, known: Names) -> None:
        """What a loop makes of its target."""
        call = iterable if isinstance(iterable, ast.Call) else None
        pairs = isinstance(target, ast.Tuple) and call is not None
        if isinstance(iterable, ast.List | ast.Tuple) and iterable.elts:
            merged: Names = {}
            for item in iterable.elts:
                self.spend(known)
                one = dict(known)
                self.bind(target, item, self.value(item, known), one)
                for name, found in one.items():
                    merged[name] = merged.get(name, Kind.FRESH) | found
            known.update(merged)
        elif pairs and call and self.facts.is_builtin(call.func, "zip", "enumerate"):
            parts = [_inside(self.value(arg, known)) for arg in call.args]
            counted = self.facts.is_builtin(call.func, "enumerate")
            self._bind_each(target, [Kind.FRESH, *parts[:1]] if counted else parts, known)
        else:
            inside = _inside(self.value(iterable, known))
            method = call.func if call and isinstance(call.func, ast.Attribute) else None
            if pairs and method and method.attr == "items":
                self._bind_each(target, [Kind.FRESH, inside], known)
            else:
                self.bind(target, None, inside, known)

    def _bind_each(self, target: ast.expr, kinds: list[Kind], known: Names) -> None:
        """Bind the parts of a loop's target in order."""
        parts = target.elts if isinstance(target, ast.Tuple) else []
        for part, kind in zip(parts, kinds, strict=False):
            self.bind(part, None, kind, known)


def _union(kinds: list[Kind]) -> Kind:
    result = Kind.FRESH
    for kind in kinds:
        result |= kind
    return result


def _inside(kind: Kind) -> Kind:
    """What an item, a row or a view of a value may be."""
    result = Kind.INPUT if kind & _INPUTS else Kind.FRESH
    return result | (Kind.PART if kind & _CONSTANTS else Kind.FRESH)


def _held_by(index: ast.expr) -> Kind:
    """What storing an input under an index makes of the container: dicts hold, arrays copy."""
    text = isinstance(index, ast.JoinedStr | ast.Name) or (
        isinstance(index, ast.Constant) and isinstance(index.value, str)
    )
    return Kind.HOLDS if text else Kind.FRESH
