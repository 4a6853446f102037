"""Loops: only over what is short by its nature, never over the rows of a batch."""

from __future__ import annotations

import ast

from rewardsmith.language import names
from rewardsmith.language.bounds import Bounds
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Binding, Comprehension, Facts, children

MOST_ROUNDS = 1_000
"""Rounds of one loop."""
MOST_NESTED = 4
"""Loops inside each other."""
_PASS_THROUGH = ("enumerate", "reversed", "sorted", "list", "tuple", "set", "dict", "frozenset")
_SHORT_METHODS = frozenset({"items", "keys", "values", "split"})
_SHORT_FUNCTIONS = names.VIEW_LIST_FUNCTIONS | {"ix_"}


class Loops:
    """Decides whether what a loop runs over is short."""

    def __init__(self, facts: Facts, bounds: Bounds) -> None:
        self.facts = facts
        self.bounds = bounds
        self._names: dict[tuple[str, str], bool] = {}

    def fault(self, iterable: ast.expr, depth: int) -> Fault | None:
        """What is wrong with looping over that expression, inside `depth` loops in all."""
        if depth > MOST_NESTED:
            message = f"more than {MOST_NESTED} loops inside each other; compute on whole arrays"
            return Fault("loop", iterable.lineno, message)
        if self.short(iterable):
            return None
        code = excerpt(iterable)
        return Fault(
            "loop",
            iterable.lineno,
            f"the loop over `{code}` may run over every row of the batch; compute on whole arrays "
            f"(np.where, axis=-1), or loop over a literal list or range(n) with n <= {MOST_ROUNDS}",
        )

    def short(self, node: ast.expr) -> bool:
        """Whether iterating over the expression takes a bounded number of rounds."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | Comprehension):
            return True
        specific = getattr(self, f"_short_{type(node).__name__.lower()}", None)
        return specific is not None and specific(node)

    def _short_name(self, node: ast.Name) -> bool:
        return self._all(node.id, "short")

    def _short_subscript(self, node: ast.Subscript) -> bool:
        return isinstance(node.value, ast.Call | ast.Dict) or self.short(node.value)

    def _short_attribute(self, node: ast.Attribute) -> bool:
        return node.attr in {"shape", "T", "mT"}

    def _short_starred(self, node: ast.Starred) -> bool:
        return self.short(node.value)

    def _short_namedexpr(self, node: ast.NamedExpr) -> bool:
        return self.short(node.value)

    def _short_ifexp(self, node: ast.IfExp) -> bool:
        return self.short(node.body) and self.short(node.orelse)

    def _short_binop(self, node: ast.BinOp) -> bool:
        """Sums and repeats of lists; sets and dicts joined by an operator."""
        if isinstance(node.op, ast.Mult):
            length = self.bounds.length(node)
            return length is not None and length <= MOST_ROUNDS
        return self.short(node.left) and self.short(node.right)

    def _short_call(self, node: ast.Call) -> bool:
        facts, func, args = self.facts, node.func, node.args
        path = facts.path(func)
        if path is not None:
            return self._short_function(path.removeprefix("np."), node)
        if isinstance(func, ast.Attribute):
            kept = func.attr in {"copy", "get", "transpose"}
            return func.attr in _SHORT_METHODS or (kept and self.short(func.value))
        name = func.id if isinstance(func, ast.Name) else ""
        if name in facts.bindings:
            return name in facts.functions
        if name == "range":
            return all(map(self.count, args))
        if name in {"zip", "map", "filter"}:
            return any(map(self.short, args if name == "zip" else args[1:]))
        return name in _PASS_THROUGH and all(map(self.short, args[:1]))

    def _short_function(self, name: str, node: ast.Call) -> bool:
        if name in _SHORT_FUNCTIONS:
            return True
        if name == "arange":
            return all(self.count(arg) for arg in node.args)
        if name in {"linspace", "logspace", "geomspace"}:
            number = node.args[2] if len(node.args) > 2 else ast.Constant(50)  # noqa: PLR2004  num's place
            chosen = next((k.value for k in node.keywords if k.arg == "num"), number)
            return self.count(chosen)
        literal = name in {"array", "asarray", "diff", "cumsum", "flip", "transpose", "moveaxis"}
        return literal and bool(node.args) and self.short(node.args[0])

    def count(self, node: ast.expr) -> bool:
        """Whether a number in `range(...)` is small: a constant, a length, a row's dimension."""
        value = self.bounds.number(node)
        if value is not None:
            return abs(value) <= MOST_ROUNDS
        specific = getattr(self, f"_count_{type(node).__name__.lower()}", None)
        return specific is not None and specific(node)

    def _count_name(self, node: ast.Name) -> bool:
        return self._all(node.id, "count")

    def _count_attribute(self, node: ast.Attribute) -> bool:
        return node.attr == "ndim"

    def _count_unaryop(self, node: ast.UnaryOp) -> bool:
        return self.count(node.operand)

    def _count_binop(self, node: ast.BinOp) -> bool:
        small = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.FloorDiv | ast.Mod)
        return small and self.count(node.left) and self.count(node.right)

    def _count_ifexp(self, node: ast.IfExp) -> bool:
        return self.count(node.body) and self.count(node.orelse)

    def _count_subscript(self, node: ast.Subscript) -> bool:
        """`x.shape[1]`: any axis but the batch; an item of a short list."""
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return self.bounds.number(node.slice) not in {None, 0}
        return self.short(node.value)

    def _count_call(self, node: ast.Call) -> bool:
        if self.facts.is_builtin(node.func, "len"):
            return all(self.short(arg) for arg in node.args)
        if self.facts.is_builtin(node.func, "min"):
            return any(self.count(arg) for arg in node.args)
        if self.facts.is_builtin(node.func, "max", "int", "abs", "round"):
            return all(self.count(arg) for arg in node.args)
        if self.facts.path(node.func) in {"np.shape", "np.ndim"}:
            return True
        return isinstance(node.func, ast.Name) and node.func.id in self.facts.functions

    def _all(self, name: str, question: str) -> bool:
        """Whether every value that the name may stand for passes."""
        key = (name, question)
        if key not in self._names:
            self._names[key] = True
            bindings = self.facts.bindings.get(name, [])
            self._names[key] = bool(bindings) and all(self._binding(b, question) for b in bindings)
        return self._names[key]

    def _binding(self, binding: Binding, question: str) -> bool:
        if binding.kind in {"signal", "function"}:
            return False
        if binding.kind in {"parameter", "changed", "element"} or binding.value is None:
            return True
        if binding.kind == "unpacked":
            value = binding.value
            if isinstance(value, ast.Attribute) and value.attr == "shape":
                return binding.position != 0
            return self.short(value) or isinstance(value, ast.Call)
        return self.short(binding.value) if question == "short" else self.count(binding.value)


def loop_depth(node: ast.AST) -> int:
    """How many loops stand inside each other below a node."""
    own = 1 if isinstance(node, ast.For) else 0
    if isinstance(node, Comprehension):
        own = len(node.generators)
    return own + max((loop_depth(child) for child in children(node)), default=0)
