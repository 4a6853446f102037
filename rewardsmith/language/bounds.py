"""How large numbers, sizes and loops of a file can get, as far as its constants tell."""

from __future__ import annotations

import ast
import math
from types import MappingProxyType

from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Facts

MOST_EXPONENT = 64
MOST_SHIFT = 63
MOST_NUMBER = 2**63
MOST_REPEATS = 100_000
MOST_SIZE = 1_000_000
_TEXT = 1_000
"""What an f-string is taken for, in characters."""

_SHAPES = MappingProxyType(
    {
        "zeros": ((0,), ("shape",)),
        "ones": ((0,), ("shape",)),
        "empty": ((0,), ("shape",)),
        "full": ((0,), ("shape",)),
        "eye": ((0, 1), ("N", "M")),
        "identity": ((0,), ("n",)),
        "tri": ((0, 1), ("N", "M")),
        "linspace": ((2,), ("num",)),
        "logspace": ((2,), ("num",)),
        "geomspace": ((2,), ("num",)),
        "tile": ((1,), ("reps",)),
        "repeat": ((1,), ("repeats",)),
        "broadcast_to": ((1,), ("shape",)),
        "pad": ((1,), ("pad_width",)),
    }
)
"""Functions to the arguments that say how much memory they take."""
_SQUARE = frozenset({"eye", "identity", "tri"})
"""Functions that make a matrix of one number."""


class Bounds:
    """Evaluates what is constant in a file; every name is worked out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._numbers: dict[str, float | int | None] = {}
        self._lengths: dict[str, int | None] = {}

    def number(self, node: ast.expr | None) -> float | int | None:
        """The number that an expression always is (the largest, for a name); inf if it explodes."""
        if isinstance(node, ast.Constant):
            return _clamped(node.value) if isinstance(node.value, int | float) else None
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self.number(node.operand)
            return -value if value is not None and isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp):
            return _combined(self.number(node.left), node.op, self.number(node.right))
        if isinstance(node, ast.Call) and self.facts.is_builtin(node.func, "int", "float", "round"):
            return self.number(node.args[0]) if node.args else None
        return self._name_number(node.id) if isinstance(node, ast.Name) else None

    def _name_number(self, name: str) -> float | int | None:
        if name not in self._numbers:
            self._numbers[name] = None
            bindings = self.facts.bindings.get(name, [])
            own = all(b.kind in {"value", "default", "parameter"} for b in bindings)
            values = [self.number(b.value) for b in bindings if b.kind != "parameter"]
            known = [value for value in values if value is not None]
            if own and known and len(known) == len(values):
                self._numbers[name] = max(known, key=abs)
        return self._numbers[name]

    def length(self, node: ast.expr | None) -> int | None:
        """How many items a list, tuple or string written in the file has; None for others."""
        found: int | None = None
        if isinstance(node, ast.List | ast.Tuple):
            found = len(node.elts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = len(node.value)
        elif isinstance(node, ast.JoinedStr):
            found = _TEXT
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            found = self._repeated(node.left, node.right)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = (self.length(node.left), self.length(node.right))
            found = None if None in parts else sum(part or 0 for part in parts)
        elif isinstance(node, ast.Name):
            found = self._name_length(node.id)
        return found

    def _name_length(self, name: str) -> int | None:
        if name not in self._lengths:
            self._lengths[name] = None
            found = [self.length(b.value) for b in self.facts.bindings.get(name, [])]
            self._lengths[name] = max((n for n in found if n is not None), default=None)
        return self._lengths[name]

    def _repeated(self, left: ast.expr, right: ast.expr) -> int | None:
        """The length of `left * right` where one of them is a sequence."""
        for items, times in ((left, right), (right, left)):
            length = self.length(items)
            if length is not None:
                count = self.number(times)
                if count is None:
                    return length
                return int(max(0, min(length * min(count, MOST_NUMBER), MOST_NUMBER)))
        return None

    def operation(
        self, node: ast.expr | ast.AugAssign, left: ast.expr, op: ast.operator, right: ast.expr
    ) -> Fault | None:
        """The fault of an operation that explodes: powers, shifts, repeats, huge integers."""
        line, value = node.lineno, self.number(right)
        if isinstance(op, ast.Pow) and value is not None and abs(value) > MOST_EXPONENT:
            base = self.number(left)
            if not (isinstance(base, float) and math.isfinite(base)):
                limit = f"write an exponent between -{MOST_EXPONENT} and {MOST_EXPONENT}"
                return Fault("exponent", line, f"`{excerpt(node)}`: {limit}")
        if isinstance(op, ast.LShift) and (value is None or abs(value) > MOST_SHIFT):
            return Fault(
                "number", line, f"`{excerpt(node)}`: shift by a constant of at most {MOST_SHIFT}"
            )
        if isinstance(op, ast.Mult) and (self._repeated(left, right) or 0) > MOST_REPEATS:
            message = f"`{excerpt(node)}` repeats too much; at most {MOST_REPEATS} items"
            return Fault("repeat", line, message)
        total = _combined(self.number(left), op, value)
        if isinstance(total, int) and abs(total) > MOST_NUMBER:
            return Fault(
                "number", line, f"`{excerpt(node)}` is too large a number; use one under 1e18"
            )
        return None

    def size(self, name: str, node: ast.Call) -> Fault | None:
        """The fault of a call of np.`name` that asks for too much memory."""
        if name == "arange":
            wanted = self._arange(node)
        else:
            places, keywords = _SHAPES.get(name, ((), ()))
            given = [node.args[i] for i in places if i < len(node.args)]
            given += [k.value for k in node.keywords if k.arg in keywords]
            wanted = math.prod(self._product(item) for item in given)
            wanted *= wanted if name in _SQUARE and len(given) == 1 else 1
        if wanted > MOST_SIZE:
            message = (
                f"`{excerpt(node)}` makes an array of more than {MOST_SIZE:,} items; shrink it"
            )
            return Fault("size", node.lineno, message)
        return None

    def _product(self, node: ast.expr) -> float:
        items = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        values = [abs(self.number(item) or 1) for item in items]
        nested = [self._product(i) for i in items if isinstance(i, ast.Tuple | ast.List)]
        return math.prod(values) * math.prod(nested)

    def _arange(self, node: ast.Call) -> float:
        numbers = [self.number(arg) for arg in node.args[:3]]
        if not numbers or None in numbers:
            return 0
        start, stop, step = ([0, *numbers, 1] if len(numbers) == 1 else [*numbers, 1])[:3]
        return abs(((stop or 0) - (start or 0)) / (step or 1e-9))


def _combined(left: float | None, op: ast.operator, right: float | None) -> float | int | None:
    """The result of an operation on known numbers; an int that is too large becomes 2**64."""
    if left is None or right is None:
        return None
    whole = isinstance(left, int) and isinstance(right, int)
    try:
        if isinstance(op, ast.Pow):
            if whole and abs(left) > 1 and right > MOST_NUMBER.bit_length():
                return MOST_NUMBER * 2
            result = left**right
        elif isinstance(op, ast.Add):
            result = left + right
        elif isinstance(op, ast.Sub):
            result = left - right
        elif isinstance(op, ast.Mult):
            result = left * right
        elif isinstance(op, ast.Div | ast.FloorDiv):
            result = left / right if isinstance(op, ast.Div) else left // right
        else:
            return None
    except (ArithmeticError, ValueError):
        return None
    if isinstance(result, complex) or (isinstance(result, float) and math.isnan(result)):
        return None
    return _clamped(result)


def _clamped(value: float) -> float | int:
    """The number; an integer that is too large as 2**64, so that none grows on the way."""
    return max(-2 * MOST_NUMBER, min(2 * MOST_NUMBER, value)) if isinstance(value, int) else value
