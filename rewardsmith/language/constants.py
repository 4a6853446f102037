"""The numbers of a reward that are parameters: weights, scales, targets; no index, no size."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rewardsmith.language.flows import SAME_CALLS, assigned, called, defaults_of, held
from rewardsmith.language.roles import (
    ARITHMETIC,
    NUMBER_CALLS,
    POWER_CALLS,
    SIZE_CALLS,
    SIZE_KEYWORDS,
    counts,
    ordered,
    repeated,
    roles_of,
)

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
            places = _Finder(ast.parse(source)).places()
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
    """Collects the constants that are weights, scales, targets: no index, axis, size, exponent.

    Floats are parameters wherever they stand; an integer is one where the reward calculates with
    it, directly or under a name, and where it stays sound as a float.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._roles = roles_of(tree)
        self._found: list[ast.Constant] = []
        self._weighed = False
        """Whether an integer here is calculated with."""
        self._whole = False
        """Whether the value is one that indexes: its integers have to stay integers."""

    def places(self) -> list[ast.Constant]:
        """The constants in the order of the source."""
        self.visit(self._tree)
        return sorted(self._found, key=lambda node: (node.lineno, node.col_offset))

    @contextmanager
    def _below(self, *, weighed: bool, whole: bool | None = None) -> Generator[None]:
        before = self._weighed, self._whole
        self._weighed, self._whole = weighed, self._whole if whole is None else whole
        yield
        self._weighed, self._whole = before

    def visit_Constant(self, node: ast.Constant) -> None:
        """A float anywhere, an integer only where it is calculated with."""
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        sound = SMALLEST <= abs(value) < float("inf")
        if sound and (isinstance(value, float) or (self._weighed and not self._whole)):
            self._found.append(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Below anything that is not known to hand numbers on, integers are left alone."""
        with self._below(weighed=False):
            super().generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """A sign does not change what the number is."""
        self.visit(node.operand)

    def visit_Starred(self, node: ast.Starred) -> None:
        """As what is unpacked."""
        self.visit(node.value)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """As what the tuple is for."""
        for part in node.elts:
            self.visit(part)

    def visit_List(self, node: ast.List) -> None:
        """As what the list is for."""
        for part in node.elts:
            self.visit(part)

    def visit_Dict(self, node: ast.Dict) -> None:
        """The values, no keys."""
        for value in node.values:
            self.visit(value)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Both branches; two that only mark are no levels."""
        with self._below(weighed=self._weighed and not _marks((node.body, node.orelse))):
            self.visit(node.body)
            self.visit(node.orelse)
        with self._below(weighed=False):
            self.visit(node.test)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Both operands, but no exponent, and no integers beside sizes."""
        whole = counts(node) or repeated(node.op, (node.left, node.right))
        with self._below(weighed=isinstance(node.op, ARITHMETIC) and not whole):
            self.visit(node.left)
            if not isinstance(node.op, ast.Pow):
                self.visit(node.right)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Thresholds; the result is a mask, whatever it is for."""
        operands = (node.left, *node.comparators)
        whole = any(held(operand) & self._roles.whole for operand in operands)
        with self._below(weighed=ordered(node) and not whole, whole=False):
            for operand in operands:
                self.visit(operand)

    def visit_Call(self, node: ast.Call) -> None:
        """What a method is called on, and arguments that are no sizes, axes or exponents."""
        self.visit(node.func)
        name = called(node)
        if name in SIZE_CALLS:
            return
        marks = name in {"where", "select"} and _marks(node.args[1:])
        known = name in NUMBER_CALLS and not marks
        known = known or (name in SAME_CALLS and self._weighed and not node.keywords)
        for place, argument in enumerate(node.args[:1] if name in POWER_CALLS else node.args):
            with self._below(weighed=known or self._taken(node, place)):
                self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in SIZE_KEYWORDS:
                with self._below(weighed=known or self._taken(node, keyword.arg or "")):
                    self.visit(keyword.value)

    def _taken(self, call: ast.Call, place: int | str) -> bool:
        """Whether a function of the file calculates with this argument."""
        return self._roles.weighs(self._roles.parameter(call, place))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """What is indexed, never the index."""
        self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Defaults and body, no annotation."""
        for name, default in defaults_of(node.args):
            self._give(frozenset({name}), default)
        for statement in node.body:
            self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        """The value; of what indexes elsewhere no integers."""
        self._give(frozenset().union(*map(assigned, node.targets)), node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """The value, not the annotation."""
        if node.value is not None:
            self._give(assigned(node.target), node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """The value, but no exponent."""
        if not isinstance(node.op, ast.Pow):
            self._give(assigned(node.target), node.value)

    def visit_For(self, node: ast.For) -> None:
        """What is gone over, and the body."""
        self._give(assigned(node.target), node.iter)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """What is gone over, and the conditions."""
        self._give(assigned(node.target), node.iter)
        for condition in node.ifs:
            self.visit(condition)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Nothing: the places of numbers in such strings are not exact."""

    def _give(self, names: frozenset[str], value: ast.expr) -> None:
        """Visit what these names are given."""
        whole = not names.isdisjoint(self._roles.whole)
        with self._below(weighed=self._roles.weighs(names), whole=whole):
            self.visit(value)


def _marks(branches: Sequence[ast.expr]) -> bool:
    """Whether all are 0, 1 or -1 written as integers: a mask, that may be used as one."""
    parts = [p for branch in branches for p in getattr(branch, "elts", [branch])]
    plain = [part.operand if isinstance(part, ast.UnaryOp) else part for part in parts]
    values = [part.value if isinstance(part, ast.Constant) else None for part in plain]
    return bool(values) and all(type(value) is int and value in {0, 1} for value in values)
