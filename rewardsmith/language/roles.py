"""What the names of a reward stand for: whole numbers that count or index, or numbers to weigh."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from rewardsmith.language.flows import (
    Flow,
    assigned,
    called,
    flows_of,
    held,
    held_by,
    looped,
    parameter_of,
    tables_of,
)

_SIZES = """
range len zeros ones full empty arange linspace reshape eye identity tile repeat broadcast_to
quantile percentile nanquantile nanpercentile roll moveaxis swapaxes transpose expand_dims
squeeze round around zeros_like ones_like int astype split stack take
"""
SIZE_CALLS = frozenset(_SIZES.split())
"""Functions whose numbers are sizes, axes or fractions."""
_COUNTS = {
    "range",
    "len",
    "zeros",
    "ones",
    "full",
    "empty",
    "arange",
    "linspace",
    "eye",
    "identity",
}
_ARRAY_FIRST = SIZE_CALLS - _COUNTS
"""Those of them that NumPy's own form gives an array first; the array is no size."""
POWER_CALLS = frozenset({"power", "float_power", "pow"})
SIZE_KEYWORDS = frozenset({"axis", "ord", "ddof", "decimals", "order"})
_NUMBERS = "clip maximum minimum fmax fmin where select hypot full_like deg2rad radians"
NUMBER_CALLS = frozenset(_NUMBERS.split())
"""Functions whose arguments are bounds, levels and angles, written with or without a point."""
INTEGER_PROPERTIES = frozenset({"shape", "size", "ndim"})
_WHOLE_OPERATORS = (ast.FloorDiv, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass(frozen=True, slots=True)
class Roles:
    """Of names wherever they stand: one that is whole in one place is so in all."""

    whole: frozenset[str]
    """What indexes, counts, sizes, is an exponent or is compared for equality."""
    numbers: frozenset[str]
    """What is an operand of arithmetic, a bound, or compared by size."""
    functions: dict[str, ast.arguments]
    """The parameters of the functions that the file defines."""

    def weighs(self, names: frozenset[str]) -> bool:
        """Whether what these names are given are numbers of the reward's arithmetic."""
        return not names.isdisjoint(self.numbers) and names.isdisjoint(self.whole)

    def parameter(self, call: ast.Call, place: int | str) -> frozenset[str]:
        """The name under which a function of the file takes an argument; none for others."""
        return parameter_of(self.functions, call, place)


def roles_of(tree: ast.Module) -> Roles:
    """What the names of a file are used for, directly or through other names."""
    return _Reader(tree).roles()


def counts(node: ast.AST) -> bool:
    """Whether it reads a size, so that the integers beside it are counts."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in INTEGER_PROPERTIES:
            return True
        if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "len":
            return True
    return False


def repeated(op: ast.operator, operands: Iterable[ast.expr]) -> bool:
    """Whether a list is written so many times: what stands beside it is a count."""
    return isinstance(op, ast.Mult) and any(isinstance(o, ast.List | ast.Tuple) for o in operands)


def ordered(node: ast.Compare) -> bool:
    """Whether sizes are compared, of what is no count."""
    return all(isinstance(op, ORDER) for op in node.ops) and not counts(node)


@dataclass(slots=True)
class _Reader:
    """Reads a file once for uses, then lets them flow back to where the values come from."""

    tree: ast.Module
    _whole: set[str] = field(default_factory=set[str])
    _numbers: set[str] = field(default_factory=set[str])
    _flows: list[Flow] = field(default_factory=list[Flow])

    def roles(self) -> Roles:
        """The uses of every name."""
        nodes = list(ast.walk(self.tree))
        functions = {node.name: node.args for node in nodes if isinstance(node, ast.FunctionDef)}
        tables = tables_of(nodes)
        for node in nodes:
            self._use(node)
            self._flows.extend(flows_of(node, functions))
            if isinstance(node, ast.For | ast.comprehension):
                self._flows.extend(looped(node, tables))
        return Roles(self._spread(self._whole), self._spread(self._numbers), functions)

    def _spread(self, names: set[str]) -> frozenset[str]:
        before = -1
        while before < len(names):
            before = len(names)
            for targets, sources in self._flows:
                if not names.isdisjoint(targets):
                    names |= sources
        return frozenset(names)

    def _use(self, node: ast.AST) -> None:
        match node:
            case ast.Subscript(slice=index):
                self._whole |= _indexing(index)
            case ast.BinOp(left=left, op=op, right=right):
                self._use_operation(node, op, (left, right))
            case ast.AugAssign(target=target, op=op, value=value):
                self._numbers |= assigned(target)
                self._use_operation(value, op, (target, value))
            case ast.Compare(left=left, comparators=others):
                uses = self._numbers if ordered(node) else self._whole
                uses |= held_by((left, *others))
            case ast.Call():
                self._use_call(node)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                self._use_loop(target, value)
            case _:
                pass

    def _use_operation(
        self, node: ast.AST, op: ast.operator, operands: tuple[ast.expr, ast.expr]
    ) -> None:
        if isinstance(op, ast.Pow):
            self._numbers |= held(operands[0])
            self._whole |= held(operands[1])
        elif isinstance(op, _WHOLE_OPERATORS) or repeated(op, operands):
            self._whole |= held_by(operands)
        elif isinstance(op, ARITHMETIC) and not counts(node):
            self._numbers |= held_by(operands)

    def _use_call(self, node: ast.Call) -> None:
        name = called(node)
        sizes = [k.value for k in node.keywords if k.arg in SIZE_KEYWORDS or name in SIZE_CALLS]
        if name in SIZE_CALLS:
            written = isinstance(node.func, ast.Name) or _of_numpy(node.func)
            sizes += node.args[1:] if written and name in _ARRAY_FIRST else node.args
        elif name in POWER_CALLS:
            sizes += node.args[1:]
            self._numbers |= held_by(node.args[:1])
        elif name in NUMBER_CALLS:
            self._numbers |= held_by(node.args)
        self._whole |= held_by(sizes)

    def _use_loop(self, target: ast.expr, value: ast.expr) -> None:
        """What counts the turns of a loop is whole."""
        match called(value) if isinstance(value, ast.Call) else "", target:
            case "range", _:
                self._whole |= assigned(target)
            case "enumerate", ast.Tuple(elts=[first, _]):
                self._whole |= assigned(first)
            case _:
                pass


def _of_numpy(function: ast.expr) -> bool:
    owner = getattr(function, "value", None)
    return isinstance(owner, ast.Name) and owner.id in {"np", "numpy"}


def _indexing(index: ast.AST) -> set[str]:
    """The names in an index, but for those that are only compared: their mask is the index."""
    if isinstance(index, ast.Compare) and ordered(index):
        return set()
    found = {index.id} if isinstance(index, ast.Name) else set[str]()
    return found.union(*(_indexing(part) for part in ast.iter_child_nodes(index)))
