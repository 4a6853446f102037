"""In-place changes: of an input, under whatever name, and of the file's own constants.

Follows each name through the statements: whether it is an input (or a view of one), a list or
dict that holds inputs, a constant of the file, or a part of one.  What it misses is stopped when
the candidate runs, because inputs are read-only there; it is here to say it in words.
"""

from __future__ import annotations

import ast
from enum import IntFlag

from rewardsmith.language import names
from rewardsmith.language.bounds import Bounds
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Comprehension, Facts, Function, parameters
from rewardsmith.language.targets import is_basic_index, outputs


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
_MAKERS = frozenset("array zeros ones full empty arange linspace eye identity asarray".split())
_ROUNDS = 4
"""Passes over the file until what helpers get and give is settled; deeper chains are rare."""


def change_faults(facts: Facts) -> list[Fault]:
    """All in-place changes of inputs and of the file's constants."""
    changes = _Changes(facts)
    for _ in range(_ROUNDS):
        before = changes.state()
        changes.run()
        if changes.state() == before:
            break
    return list(changes.faults)


class _Changes:
    """Follows values through the file; the last pass has the faults."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.bounds = Bounds(facts)
        self.faults: dict[Fault, None] = {}
        self.given: dict[tuple[ast.AST, str], Kind] = {}
        self.returned: dict[ast.AST, Kind] = {}
        self.current: ast.AST = facts.tree

    def state(self) -> tuple[dict[tuple[ast.AST, str], Kind], dict[ast.AST, Kind]]:
        """What is known of helpers."""
        return dict(self.given), dict(self.returned)

    def run(self) -> None:
        """One pass: the top level first, then every function with what it left."""
        self.faults.clear()
        known: Names = {}
        body = self.facts.tree.body
        self.block([s for s in body if not isinstance(s, ast.FunctionDef)], known)
        for name, bindings in self.facts.bindings.items():
            if name in self.facts.scopes[self.facts.tree]:
                values = [b.value for b in bindings if b.kind == "value" and b.value]
                known[name] = Kind.CONSTANT if any(map(self._is_made, values)) else Kind.FRESH
        for statement in body:
            if isinstance(statement, ast.FunctionDef):
                self.function(statement, known)

    def _is_made(self, value: ast.expr) -> bool:
        """Whether a constant's value is something that can be changed."""
        if isinstance(value, ast.Tuple):
            return any(map(self._is_made, value.elts))
        if isinstance(value, ast.Call):
            path = self.facts.path(value.func) or ""
            made = self.facts.is_builtin(value.func, "list", "dict", "set")
            return made or path.removeprefix("np.") in _MAKERS
        return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp)

    def function(self, node: Function, known: Names) -> None:
        """A function's body, with what its parameters may be."""
        inner, outer = dict(known), self.current
        entry = isinstance(node, ast.FunctionDef) and node.name == names.REWARD
        for name in self.facts.scopes.get(node, ()):
            inner.pop(name, None)
        for arg in parameters(node):
            inner[arg.arg] = Kind.INPUT if entry else self.given.get((node, arg.arg), Kind.FRESH)
        self.current = node
        if isinstance(node, ast.Lambda):
            self._return(self.value(node.body, inner))
        else:
            self.block(node.body, inner)
        self.current = outer

    def _return(self, kind: Kind) -> None:
        self.returned[self.current] = self.returned.get(self.current, Kind.FRESH) | kind

    # ------------------------------------------------------------ statements

    def block(self, statements: list[ast.stmt], known: Names) -> None:
        """Statements one after the other; `known` is brought up to date."""
        for statement in statements:
            self.statement(statement, known)

    def statement(self, node: ast.stmt, known: Names) -> None:
        """One statement."""
        if isinstance(node, ast.FunctionDef):
            self.function(node, known)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self.bind(target, node.value, self.value(node.value, known), known)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.bind(node.target, node.value, self.value(node.value, known), known)
        elif isinstance(node, ast.AugAssign):
            self._augmented(node, known)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self._stored(target, node, known)
        elif isinstance(node, ast.If):
            self.value(node.test, known)
            self._branches((node.body, node.orelse), known)
        elif isinstance(node, ast.For):
            self._element(node.target, node.iter, known)
            self._branches((node.body * 2, node.orelse), known)
        elif isinstance(node, ast.Return) and node.value is not None:
            self._return(self.value(node.value, known))
        elif isinstance(node, ast.Expr):
            self.value(node.value, known)

    def _branches(self, blocks: tuple[list[ast.stmt], ...], known: Names) -> None:
        """Blocks of which one runs: afterwards a name may be what any of them made it."""
        ends = [dict(known) for _ in blocks]
        for block, end in zip(blocks, ends, strict=True):
            self.block(block, end)
        known.clear()
        for end in ends:
            for name, kind in end.items():
                known[name] = known.get(name, Kind.FRESH) | kind

    def _augmented(self, node: ast.AugAssign, known: Names) -> None:
        """`x += 1` changes the array itself; `d["x"] += 1` changes d."""
        self.value(node.value, known)
        if not isinstance(node.target, ast.Name):
            self._stored(node.target, node, known)
            return
        kind = known.get(node.target.id, Kind.FRESH)
        if kind & (Kind.INPUT | Kind.CONSTANT):
            name = node.target.id
            self._say(kind, node, f"write `{name} = {name} ...` with the operator spelled out")

    def _stored(self, target: ast.expr, node: ast.stmt, known: Names) -> None:
        """`x[...] = ` and `del x[...]` change x."""
        if isinstance(target, ast.Subscript):
            self._changed(target.value, node, known)
        elif isinstance(target, ast.Tuple | ast.List):
            for item in target.elts:
                self._stored(item, node, known)

    def bind(self, target: ast.expr, value: ast.expr | None, kind: Kind, known: Names) -> None:
        """What an assignment makes of its target."""
        if isinstance(target, ast.Name):
            known[target.id] = kind
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
            self._changed(target.value, target, known)
            held = kind & (Kind.INPUT | Kind.HOLDS)
            if held and isinstance(target.value, ast.Name):
                name = target.value.id
                if not isinstance(target.slice, ast.Slice | ast.Tuple | ast.Compare):
                    known[name] = known.get(name, Kind.FRESH) | _held_by(target.slice)

    def _element(self, target: ast.expr, iterable: ast.expr, known: Names) -> None:
        """What a loop makes of its target."""
        kind = self.value(iterable, known)
        facts = self.facts
        if isinstance(iterable, ast.List | ast.Tuple) and iterable.elts:
            for item in iterable.elts:
                before = dict(known)
                self.bind(target, item, self.value(item, known), known)
                for name, earlier in before.items():
                    if isinstance(target, ast.Tuple) and name in known:
                        known[name] |= earlier
        elif isinstance(iterable, ast.Call) and isinstance(target, ast.Tuple):
            method = iterable.func.attr if isinstance(iterable.func, ast.Attribute) else ""
            parts = [self.value(arg, known) for arg in iterable.args]
            if facts.is_builtin(iterable.func, "enumerate"):
                parts = [Kind.FRESH, *parts[:1]]
            elif method == "items":
                parts = [Kind.FRESH, kind]
            elif not facts.is_builtin(iterable.func, "zip"):
                parts = [kind] * len(target.elts)
            for item, part in zip(target.elts, parts, strict=False):
                self.bind(item, None, _inside(part), known)
        else:
            self.bind(target, None, _inside(kind), known)

    # ------------------------------------------------------------ expressions

    def value(self, node: ast.expr | None, known: Names) -> Kind:
        """What an expression may be; notes the changes that happen in it."""
        if node is None or isinstance(node, ast.Constant):
            return Kind.FRESH
        if isinstance(node, ast.Name):
            return known.get(node.id, Kind.FRESH)
        if isinstance(node, ast.NamedExpr):
            known[node.target.id] = self.value(node.value, known)
            return known[node.target.id]
        if isinstance(node, ast.Attribute):
            kind = self.value(node.value, known)
            return kind if node.attr in names.VIEW_ATTRIBUTES else Kind.FRESH
        if isinstance(node, ast.Subscript):
            kind = self.value(node.value, known)
            self.value(node.slice, known)
            basic = is_basic_index(node.slice, self.facts, self.bounds)
            return _inside(kind) if basic or not kind & Kind.INPUT else Kind.FRESH
        if isinstance(node, ast.Call):
            return self._call(node, known)
        if isinstance(node, ast.Lambda):
            self.function(node, known)
            return Kind.FRESH
        if isinstance(node, Comprehension):
            return self._comprehension(node, known)
        return self._combined(node, known)

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
            held = _union(kinds) & (Kind.INPUT | Kind.HOLDS)
            return Kind.HOLDS if held else Kind.FRESH
        return _union(kinds) & Kind.HOLDS if isinstance(node, ast.BinOp) else Kind.FRESH

    def _comprehension(self, node: Comprehension, known: Names) -> Kind:
        inner = dict(known)
        for generator in node.generators:
            self._element(generator.target, generator.iter, inner)
            for condition in generator.ifs:
                self.value(condition, inner)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        held = _union([self.value(result, inner) for result in results])
        return Kind.HOLDS if held & (Kind.INPUT | Kind.HOLDS) else Kind.FRESH

    def _call(self, node: ast.Call, known: Names) -> Kind:
        given = [self.value(arg, known) for arg in node.args]
        named = {k.arg: self.value(k.value, known) for k in node.keywords}
        for target in outputs(node, self.facts):
            self._changed(target, node, known)
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
                self._pass(function, given, named)
                result |= self.returned.get(function, Kind.FRESH)
            passes = ("list", "tuple", "dict", "sorted", "reversed", "enumerate", "zip", "set")
            if self.facts.is_builtin(node.func, *passes):
                result |= _union(given) | _union(list(named.values()))
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
        view = name in names.VIEW_FUNCTIONS and not converted
        return first & (Kind.INPUT | Kind.CONSTANT | Kind.PART) if view else Kind.FRESH

    def _method(self, node: ast.Call, func: ast.Attribute, given: Kind, known: Names) -> Kind:
        kind = self.value(func.value, known)
        barred = Kind.CONSTANT | Kind.PART
        if (func.attr in names.CHANGING_METHODS and kind & Kind.INPUT) or (
            func.attr in names.CONTAINER_CHANGES and kind & barred
        ):
            self._say(kind, node, "work on a copy: x = x.copy()")
        if func.attr in {"append", "add", "insert", "extend", "update", "setdefault"}:
            if given & (Kind.INPUT | Kind.HOLDS) and isinstance(func.value, ast.Name):
                known[func.value.id] = kind | Kind.HOLDS
        if func.attr in {"values", "items"}:
            return kind & ~Kind.CONSTANT
        if func.attr == "copy":
            return kind & Kind.HOLDS
        return _inside(kind) if func.attr in names.VIEW_METHODS else Kind.FRESH

    def _changed(self, base: ast.expr, node: ast.AST, known: Names) -> None:
        """Note that the value of an expression is changed in place."""
        kind = self.value(base, known)
        while isinstance(base, ast.Subscript):
            base = base.value
            kind |= self.value(base, known) & (Kind.CONSTANT | Kind.PART)
        if kind & (Kind.INPUT | Kind.CONSTANT | Kind.PART):
            self._say(kind, node, "work on a copy (x = x.copy()) or use np.where")

    def _say(self, kind: Kind, node: ast.AST, instead: str) -> None:
        line, code = getattr(node, "lineno", None), excerpt(node)
        if kind & Kind.INPUT:
            message = f"`{code}` changes an input in place; {instead}"
            self.faults[Fault("input-changed", line, message)] = None
        else:
            message = f"`{code}` changes a constant of the file, which a reward must not; {instead}"
            self.faults[Fault("state", line, message)] = None


def _union(kinds: list[Kind]) -> Kind:
    result = Kind.FRESH
    for kind in kinds:
        result |= kind
    return result


def _inside(kind: Kind) -> Kind:
    """What an item, a row or a view of a value may be."""
    result = Kind.INPUT if kind & (Kind.INPUT | Kind.HOLDS) else Kind.FRESH
    return result | (Kind.PART if kind & (Kind.CONSTANT | Kind.PART) else Kind.FRESH)


def _held_by(index: ast.expr) -> Kind:
    """What storing an input under an index makes of the container: dicts hold, arrays copy."""
    text = isinstance(index, ast.JoinedStr | ast.Name) or (
        isinstance(index, ast.Constant) and isinstance(index.value, str)
    )
    return Kind.HOLDS if text else Kind.FRESH
