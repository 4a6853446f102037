"""Loops: only over what is short by its nature, never over the rows of a batch."""

from __future__ import annotations

import ast

from rewardsmith.language import names
from rewardsmith.language.bounds import Bounds
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Binding, Comprehension, Facts

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
        if isinstance(node, ast.Name):
            return self._all(node.id, "short")
        if isinstance(node, ast.Subscript):
            return isinstance(node.value, ast.Call | ast.Dict) or self.short(node.value)
        if isinstance(node, ast.Attribute):
            return node.attr in {"shape", "T", "mT"}
        if isinstance(node, ast.Starred | ast.NamedExpr):
            return self.short(node.value)
        if isinstance(node, ast.IfExp):
            return self.short(node.body) and self.short(node.orelse)
        if isinstance(node, ast.BinOp):
            return self._short_operation(node)
        return isinstance(node, ast.Call) and self._short_call(node)

    def _short_operation(self, node: ast.BinOp) -> bool:
        """Sums and repeats of lists; sets and dicts joined by an operator."""
        if isinstance(node.op, ast.Mult):
            length = self.bounds.length(node)
            return length is not None and length <= MOST_ROUNDS
        return self.short(node.left) and self.short(node.right)

    def _short_call(self, node: ast.Call) -> bool:
        facts, func = self.facts, node.func
        if facts.is_builtin(func, "range"):
            return all(self.count(arg) for arg in node.args)
        if facts.is_builtin(func, "zip"):
            return any(self.short(arg) for arg in node.args)
        if facts.is_builtin(func, "map", "filter"):
            return any(self.short(arg) for arg in node.args[1:])
        if facts.is_builtin(func, *_PASS_THROUGH):
            return not node.args or self.short(node.args[0])
        path = facts.path(func)
        if path is not None:
            return self._short_function(path.removeprefix("np."), node)
        if isinstance(func, ast.Attribute):
            kept = func.attr in {"copy", "get", "transpose"}
            return func.attr in _SHORT_METHODS or (kept and self.short(func.value))
        return isinstance(func, ast.Name) and func.id in facts.functions

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
        if isinstance(node, ast.Name):
            return self._all(node.id, "count")
        if isinstance(node, ast.Attribute):
            return node.attr == "ndim"
        if isinstance(node, ast.UnaryOp):
            return self.count(node.operand)
        if isinstance(node, ast.BinOp):
            small = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.FloorDiv | ast.Mod)
            return small and self.count(node.left) and self.count(node.right)
        if isinstance(node, ast.IfExp):
            return self.count(node.body) and self.count(node.orelse)
        if isinstance(node, ast.Subscript):
            return self._dimension(node)
        return isinstance(node, ast.Call) and self._count_call(node)

    def _dimension(self, node: ast.Subscript) -> bool:
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
