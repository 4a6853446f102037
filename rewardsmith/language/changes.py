"""In-place changes: of an input, under whatever name, and of the file's own constants.

Follows each name through the statements.  What it misses is stopped when the candidate runs,
because inputs are read-only there; it is here to say it in words.
"""

from __future__ import annotations

import ast

from rewardsmith.language import names
from rewardsmith.language.faults import Fault
from rewardsmith.language.loops import MOST_NESTED
from rewardsmith.language.scopes import Facts, Function, defaults, parameters
from rewardsmith.language.targets import item_name
from rewardsmith.language.values import Kind, Names, Values

_MAKERS = frozenset(
    {"array", "zeros", "ones", "full", "empty", "arange", "linspace", "eye", "identity", "asarray"}
)
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


class _Changes(Values):
    """Follows values through statements; the last pass has the faults."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.current: ast.AST = facts.tree
        self.loops = 0

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
        self.spend(known)
        inner, outer = dict(known), self.current
        entry = isinstance(node, ast.FunctionDef) and node.name == names.REWARD
        for name in self.facts.scopes.get(node, ()):
            inner.pop(name, None)
        for arg in parameters(node):
            inner[arg.arg] = Kind.INPUT if entry else self.given.get((node, arg.arg), Kind.FRESH)
        for arg, default in defaults(node):
            inner[arg.arg] |= self.value(default, known)
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
        specific = getattr(self, f"do_{type(node).__name__}", None)
        if specific is not None:
            specific(node, known)

    def do_FunctionDef(self, node: ast.FunctionDef, known: Names) -> None:  # noqa: N802  named after the node
        """A function inside a function."""
        self.function(node, known)

    def do_Assign(self, node: ast.Assign, known: Names) -> None:  # noqa: N802
        """Targets become what the value is."""
        for target in node.targets:
            self.bind(target, node.value, self.value(node.value, known), known)

    def do_AnnAssign(self, node: ast.AnnAssign, known: Names) -> None:  # noqa: N802
        """As an assignment."""
        if node.value is not None:
            self.bind(node.target, node.value, self.value(node.value, known), known)

    def do_AugAssign(self, node: ast.AugAssign, known: Names) -> None:  # noqa: N802
        """`x += 1` changes the array itself; `d["x"] += 1` changes d."""
        self.value(node.value, known)
        if not isinstance(node.target, ast.Name):
            self._stored(node.target, node, known)
            if known.get(item := item_name(node.target), Kind.FRESH) & Kind.INPUT:
                self.say(Kind.INPUT, node, f"write `{item} = {item} ...`")
            return
        name = node.target.id
        outside = name in self.facts.scopes[self.facts.tree] and self.current is not self.facts.tree
        kind = known.get(name, Kind.CONSTANT if outside else Kind.FRESH)
        if kind & (Kind.INPUT | Kind.CONSTANT):
            self.say(kind, node, f"write `{name} = {name} ...` with the operator spelled out")

    def do_Delete(self, node: ast.Delete, known: Names) -> None:  # noqa: N802
        """`del d["x"]` changes d."""
        for target in node.targets:
            self._stored(target, node, known)

    def do_If(self, node: ast.If, known: Names) -> None:  # noqa: N802
        """Either branch may run."""
        self.value(node.test, known)
        self._branches((node.body, node.orelse), known)

    def do_For(self, node: ast.For, known: Names) -> None:  # noqa: N802
        """The body may run, also after itself."""
        self.element(node.target, node.iter, known)
        self.loops += 1
        times = 2 if self.loops <= MOST_NESTED else 1
        self._branches((node.body * times, node.orelse), known)
        self.loops -= 1

    def do_With(self, node: ast.With, known: Names) -> None:  # noqa: N802
        """The body runs; what stands before it is checked elsewhere."""
        self.block(node.body, known)

    def do_Return(self, node: ast.Return, known: Names) -> None:  # noqa: N802
        """What the function gives."""
        self._return(self.value(node.value, known))

    def do_Expr(self, node: ast.Expr, known: Names) -> None:  # noqa: N802
        """An expression for its effect."""
        self.value(node.value, known)

    def do_Raise(self, node: ast.Raise, known: Names) -> None:  # noqa: N802
        """What the message is made of."""
        self.value(node.exc, known)

    def _branches(self, blocks: tuple[list[ast.stmt], ...], known: Names) -> None:
        """Blocks of which one runs: afterwards a name may be what any of them made it."""
        ends = [dict(known) for _ in blocks]
        for end in ends:
            self.spend(end)
        for block, end in zip(blocks, ends, strict=True):
            self.block(block, end)
        known.clear()
        for end in ends:
            for name, kind in end.items():
                known[name] = known.get(name, Kind.FRESH) | kind

    def _stored(self, target: ast.expr, node: ast.stmt, known: Names) -> None:
        """`x[...] = ` and `del x[...]` change x."""
        if isinstance(target, ast.Subscript):
            self.changed(target.value, node, known)
        elif isinstance(target, ast.Tuple | ast.List):
            for item in target.elts:
                self._stored(item, node, known)
