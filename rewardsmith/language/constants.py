"""The numbers of a reward that are parameters: weights, scales, targets; no index, no size."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

_SIZES = """
range len zeros ones full empty arange linspace reshape eye identity tile repeat broadcast_to
quantile percentile nanquantile nanpercentile roll moveaxis swapaxes transpose expand_dims
squeeze round around zeros_like ones_like int astype split stack take
"""
SIZE_CALLS = frozenset(_SIZES.split())
"""Functions whose numbers are sizes, axes or fractions."""
POWER_CALLS = frozenset({"power", "float_power", "pow"})
INTEGER_PROPERTIES = frozenset({"shape", "size", "ndim"})
SMALLEST = 1e-6
"""Constants below it keep a division from failing and stay."""

_LINE = re.compile(r".*?(?:\r\n|\r|\n)|.+", re.DOTALL)
"""A line as Python counts them: a form feed or another mark within one ends none."""


@dataclass(frozen=True, slots=True)
class Number:
    """One parameter: its value, and where its text stands (bytes of a line)."""

    value: float
    line: int
    """From 0."""
    start: int
    end: int


def find_numbers(source: str) -> tuple[Number, ...]:
    """The parameters in the order of the source; none where it does not parse.

    A sign is not part of a number, so that scaling never turns a reward into a penalty.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            places = _Finder().places(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(
        Number(float(str(place.value)), place.lineno - 1, place.col_offset, place.end_col_offset)
        for place in places
        if place.end_col_offset is not None
    )


def with_numbers(source: str, numbers: Sequence[Number], values: Sequence[float]) -> str:
    """The same text with other values, three significant digits each; equal ones are left alone."""
    lines = [line.encode() for line in _LINE.findall(source)]
    for number, value in sorted(
        zip(numbers, values, strict=True), key=lambda e: (e[0].line, e[0].start), reverse=True
    ):
        rounded = round3(value)
        if rounded != round3(number.value):
            text, row = repr(rounded).encode(), lines[number.line]
            lines[number.line] = row[: number.start] + text + row[number.end :]
    return b"".join(lines).decode()


def round3(value: float) -> float:
    """The number with three significant digits."""
    return float(f"{value:.3g}")


class _Finder(ast.NodeVisitor):
    """Collects the constants that are weights, scales, targets: no index, axis, size, exponent."""

    def __init__(self) -> None:
        self._found: list[ast.Constant] = []
        self._arithmetic = False
        self._whole = False
        """Whether the value is one that indexes: its integers have to stay integers."""
        self._indices: frozenset[str] = frozenset()

    def places(self, tree: ast.Module) -> list[ast.Constant]:
        """The constants in the order of the source."""
        slices = (node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript))
        names = (n for part in slices for n in ast.walk(part) if isinstance(n, ast.Name))
        self._indices = frozenset(name.id for name in names)
        self.visit(tree)
        return sorted(self._found, key=lambda node: (node.lineno, node.col_offset))

    def visit_Constant(self, node: ast.Constant) -> None:
        """A float anywhere, an integer only as an operand of arithmetic."""
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        sound = SMALLEST <= abs(value) < float("inf")
        if sound and (isinstance(value, float) or (self._arithmetic and not self._whole)):
            self._found.append(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Below anything but arithmetic, integers are left alone."""
        before, self._arithmetic = self._arithmetic, False
        super().generic_visit(node)
        self._arithmetic = before

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """A sign does not change what the number is."""
        self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Both operands, but no exponent, and no integers beside sizes."""
        before = self._arithmetic
        arithmetic = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div)
        self._arithmetic = arithmetic and not _counts(node)
        self.visit(node.left)
        if not isinstance(node.op, ast.Pow):
            self.visit(node.right)
        self._arithmetic = before

    def visit_Call(self, node: ast.Call) -> None:
        """What a method is called on, and arguments that are no sizes, axes or exponents."""
        self.visit(node.func)
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in SIZE_CALLS:
            return
        before, self._arithmetic = self._arithmetic, False
        for argument in node.args[:1] if name in POWER_CALLS else node.args:
            self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in {"axis", "ord", "ddof", "decimals", "order"}:
                self.visit(keyword.value)
        self._arithmetic = before

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """What is indexed, never the index."""
        self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Defaults and body, no annotation."""
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(default)
        for statement in node.body:
            self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        """The value; of what indexes elsewhere no integers."""
        targets = {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        before, self._whole = self._whole, not targets.isdisjoint(self._indices)
        self.visit(node.value)
        self._whole = before

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """The value, not the annotation."""
        if node.value is not None:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Nothing: the places of numbers in such strings are not exact."""


def _counts(node: ast.BinOp) -> bool:
    """Whether an operand reads a size, so that the integers beside it are counts."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in INTEGER_PROPERTIES:
            return True
        if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "len":
            return True
    return False
