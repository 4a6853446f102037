"""Calls: which arguments NumPy's functions may get."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rewardsmith.language import names
from rewardsmith.language.bounds import Bounds
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Facts, walk
from rewardsmith.language.targets import leaves_out

_OBJECT_WORDS = re.compile(r"^[<>=|]?(O\d*|object_?|V\d+|S\d*|U\d*|M8.*|m8.*|a\d+)$")
_PLAIN_FORMAT = re.compile(r"^[<>=^]?[-+ ]?0?\d{0,3}[,_]?(\.\d{1,2})?[a-zA-Z%]?$")
_POWERS = frozenset({"np.power", "np.float_power", "np.linalg.matrix_power", "math.pow"})


def call_faults(node: ast.Call, facts: Facts, bounds: Bounds) -> Iterator[Fault]:
    """Everything that is wrong with the arguments of a call."""
    path = facts.path(node.func)
    own = isinstance(node.func, ast.Name) and node.func.id in facts.functions
    own = own or facts.is_builtin(node.func, "dict")
    for keyword in node.keywords:
        yield from _keyword_faults(keyword, own=own, facts=facts)
    yield from _type_faults(node, path, facts)
    if isinstance(node.func, ast.Name) and any(_is_name(arg, node.func.id) for arg in node.args):
        message = f"`{excerpt(node)}` gives a function to itself; call it with numbers only"
        yield Fault("recursion", node.lineno, message)
    name = (path or "").removeprefix("np.")
    if leaves_out(node, facts):
        message = (
            f"`{excerpt(node)}` computes nothing where `where=` is false; write np.where, or give "
            "the values for there with out=np.zeros_like(x)"
        )
        yield Fault("uninitialised", node.lineno, message)
    power = facts.is_builtin(node.func, "pow") or path in _POWERS
    faults = [bounds.size(name, node)] if name in names.SIZED else []
    if power and len(node.args) > 1:
        faults.append(bounds.operation(node, node.args[0], ast.Pow(), node.args[1]))
    yield from (fault for fault in faults if fault is not None)


def _type_faults(node: ast.Call, path: str | None, facts: Facts) -> Iterator[Fault]:
    """Types of array items that are no numbers, given by place."""
    for arg in node.args if path else ():
        text = arg.value if isinstance(arg, ast.Constant) else None
        if isinstance(text, str) and _OBJECT_WORDS.match(text):
            yield _dtype_fault(arg)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
        for arg in node.args[:1]:
            if not _is_dtype(arg, facts):
                yield _dtype_fault(arg)


def _keyword_faults(keyword: ast.keyword, *, own: bool, facts: Facts) -> Iterator[Fault]:
    """What is wrong with one named argument."""
    if keyword.arg is None:
        if not own:
            message = f"`**{excerpt(keyword.value)}` in a call: name each argument"
            yield Fault("keyword", keyword.value.lineno, message)
    elif keyword.arg.startswith("__"):
        message = f"the argument name `{keyword.arg}` is reserved; choose another"
        yield Fault("dunder", keyword.value.lineno, message)
    elif not own and keyword.arg in names.BARRED_KEYWORDS:
        message = f"the argument `{keyword.arg}=`: {names.BARRED_KEYWORDS[keyword.arg]}"
        yield Fault("keyword", keyword.value.lineno, message)
    elif not own and keyword.arg == "dtype" and not _is_dtype(keyword.value, facts):
        yield _dtype_fault(keyword.value)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_dtype(node: ast.expr, facts: Facts) -> bool:
    """Whether the expression is the type of plain numbers."""
    if isinstance(node, ast.Constant):
        return node.value is None or node.value in names.DTYPE_WORDS
    if isinstance(node, ast.Attribute) and node.attr == "dtype":
        return True
    if facts.is_builtin(node, "float", "int", "bool"):
        return True
    path = facts.path(node)
    if path is not None:
        return path.removeprefix("np.") in names.NUMPY_DTYPES
    bindings = facts.bindings.get(node.id, []) if isinstance(node, ast.Name) else []
    return bool(bindings) and all(
        b.value is None or (not isinstance(b.value, ast.Name) and _is_dtype(b.value, facts))
        for b in bindings
    )


def _dtype_fault(node: ast.expr) -> Fault:
    message = f"`{excerpt(node)}` is no type of numbers; write float, int, bool or np.float32"
    return Fault("dtype", node.lineno, message)


def format_faults(node: ast.JoinedStr) -> Iterator[Fault]:
    """What is wrong with an f-string: format specifications that are computed or wide."""
    for part in node.values:
        if not isinstance(part, ast.FormattedValue) or part.format_spec is None:
            continue
        specification = part.format_spec
        pieces = specification.values if isinstance(specification, ast.JoinedStr) else []
        text = "".join(str(p.value) for p in pieces if isinstance(p, ast.Constant))
        computed = any(not isinstance(p, ast.Constant) for p in pieces)
        if computed or not _PLAIN_FORMAT.match(text):
            message = f"the format `{text}` in an f-string: write a plain one, such as {{x:.2f}}"
            yield Fault("format", node.lineno, message)


def is_text(node: ast.expr, facts: Facts) -> bool:
    """Whether the expression is text for certain, or may be by one of its names' values."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (
            is_text(node.left, facts) or is_text(node.right, facts)
        )
    if isinstance(node, ast.Name):
        bindings = facts.bindings.get(node.id, [])
        return any(isinstance(b.value, ast.Constant) and is_text(b.value, facts) for b in bindings)
    return facts.is_builtin(node.func, "str") if isinstance(node, ast.Call) else False


def type_positions(facts: Facts) -> set[ast.expr]:
    """The types that stand as second argument of isinstance."""
    found: set[ast.expr] = set()
    for node in walk(facts.tree):
        if isinstance(node, ast.Call) and facts.is_builtin(node.func, "isinstance"):
            for arg in node.args[1:2]:
                found.update(arg.elts if isinstance(arg, ast.Tuple) else [arg])
    return {n for n in found if (facts.path(n) or "").removeprefix("np.") in names.NUMPY_TYPES}


def raised_name(node: ast.Raise) -> ast.Name | None:
    """The name in `raise ValueError("...")`; None for every other kind of raise."""
    call = node.exc if isinstance(node.exc, ast.Call) else None
    name = call.func if call is not None else node.exc
    plain = isinstance(name, ast.Name) and name.id in names.EXCEPTIONS and node.cause is None
    return name if plain and isinstance(name, ast.Name) and not (call and call.keywords) else None


def has_allowed_form(node: ast.AST, facts: Facts) -> bool:
    """Whether it is a statement of a kind that is allowed in this form only."""
    if isinstance(node, ast.Raise):
        return raised_name(node) is not None
    return isinstance(node, ast.With) and _only_silences(node, facts)


def _only_silences(node: ast.With, facts: Facts) -> bool:
    """Whether it is `with np.errstate(divide="ignore")`, which changes nothing here."""
    return all(
        isinstance(call := item.context_expr, ast.Call)
        and facts.path(call.func) == "np.errstate"
        and item.optional_vars is None
        and not call.args
        and all(
            keyword.arg in names.SILENCED
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value in ("ignore", "warn")
            for keyword in call.keywords
        )
        for item in node.items
    )
