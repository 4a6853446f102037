"""The allow-list: every node, name, attribute and call of a reward file against the rules."""

from __future__ import annotations

import ast
from collections.abc import Collection

from rewardsmith.language import hints, instead, names
from rewardsmith.language.bounds import Bounds
from rewardsmith.language.calls import (
    call_faults,
    format_faults,
    has_allowed_form,
    is_text,
    raised_name,
    type_positions,
)
from rewardsmith.language.changes import change_faults
from rewardsmith.language.compiler import compiler_faults
from rewardsmith.language.definition import definition_faults
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.loops import Loops, loop_depth
from rewardsmith.language.scopes import (
    Comprehension,
    Facts,
    Function,
    children,
    collect,
    parameters,
    walk,
)
from rewardsmith.language.source import parse_text

MOST_FAULTS = 100
"""Faults that are told of one file."""
LOST = "cannot be followed"
"""What is said where the checker itself fails: such a file is refused."""
MOST_WORDS = 600
"""Characters of one message."""
_STATEMENTS = (
    *(ast.FunctionDef, ast.Return, ast.Delete, ast.Assign, ast.AugAssign, ast.AnnAssign),
    *(ast.For, ast.If, ast.Assert, ast.Expr, ast.Pass, ast.Break, ast.Continue),
    *(ast.Import, ast.ImportFrom),
)
_EXPRESSIONS = (
    *(ast.BoolOp, ast.NamedExpr, ast.BinOp, ast.UnaryOp, ast.Lambda, ast.IfExp, ast.Dict, ast.Set),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Compare, ast.Call),
    *(ast.FormattedValue, ast.JoinedStr, ast.Constant, ast.Attribute, ast.Subscript, ast.Starred),
    *(ast.Name, ast.List, ast.Tuple, ast.Slice),
)
_SMALL = (
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context, ast.arguments, ast.arg),
    *(ast.keyword, ast.comprehension, ast.alias, ast.Module),
)
_ALLOWED = (*_STATEMENTS, *_EXPRESSIONS, *_SMALL)


def check(
    source: str, signals: Collection[str] = ()
) -> tuple[ast.Module | None, tuple[Fault, ...]]:
    """The tree and all faults of a reward file, in the order of lines; never raises.

    `signals` are the names that the environment offers; they only improve the words.
    """
    try:
        tree, faults = parse_text(source)
        if tree is not None:
            facts = collect(tree)
            faults += _Checker(facts, signals).run()
            faults += [] if faults else compiler_faults(tree, facts)
    except RecursionError:
        tree, faults = None, [Fault("too-deep", None, "the code is nested too deeply; simplify it")]
    except (
        ArithmeticError,
        ValueError,
        MemoryError,
    ) as error:  # what cannot be followed is refused
        told = f"the code cannot be followed ({error}); write its numbers and shapes plainly"
        tree, faults = None, [Fault("too-deep", None, told)]
    faults = [fault._replace(message=fault.message[:MOST_WORDS]) for fault in faults]
    ordered = sorted(dict.fromkeys(faults), key=lambda f: (f.line or 0, f.rule, f.message))
    return tree, tuple(ordered[:MOST_FAULTS])


class _Checker:
    """Walks the tree once; collects faults."""

    def __init__(self, facts: Facts, signals: Collection[str]) -> None:
        self.facts = facts
        self.signals = signals
        self.bounds = Bounds(facts)
        self.loops = Loops(facts, self.bounds)
        self.faults = list(facts.imports.faults)
        self.stack: list[set[str]] = []
        self.depth = 0
        self.dotted = {n.value for n in walk(facts.tree) if isinstance(n, ast.Attribute)}
        self.typed = type_positions(facts)
        raised = (raised_name(n) for n in walk(facts.tree) if isinstance(n, ast.Raise))
        self.raised = {name for name in raised if name is not None}

    def run(self) -> list[Fault]:
        """All faults of the file."""
        self.visit(self.facts.tree)
        self.faults += definition_faults(self.facts)
        self.faults += change_faults(self.facts)
        return self.faults

    def say(self, rule: str, node: ast.AST, message: str) -> None:
        """Note a fault at a node."""
        self.faults.append(Fault(rule, getattr(node, "lineno", None), message))

    def visit(self, node: ast.AST) -> None:
        """Check one node and what is below it."""
        if node in self.facts.annotation_aliases:
            return
        if not isinstance(node, _ALLOWED) and not has_allowed_form(node, self.facts):
            self._forbidden(node)
        specific = getattr(self, f"check_{type(node).__name__}", None)
        if specific is not None:
            specific(node)
        scope = self.facts.scopes.get(node)
        if scope is not None:
            self.stack.append(scope)
        loops = len(node.generators) if isinstance(node, Comprehension) else 0
        self.depth += loops
        for child in node.body if isinstance(node, ast.With) else children(node):
            self.visit(child)
        self.depth -= loops
        if scope is not None:
            self.stack.pop()

    def _forbidden(self, node: ast.AST) -> None:
        known = hints.FORBIDDEN_NODES.get(type(node))
        if known is None and not isinstance(node, ast.stmt | ast.expr):
            return
        what, words = known or (type(node).__name__, "write it with plain expressions")
        self.say("syntax-allowed", node, f"a {what.removeprefix('a ')} is not allowed: {words}")

    # ------------------------------------------------------------ statements

    def check_FunctionDef(self, node: ast.FunctionDef) -> None:  # noqa: N802  named after the node
        """Functions have no decorators, and defaults that nothing can change."""
        for decorator in node.decorator_list:
            self.say("decorator", decorator, f"the decorator `@{excerpt(decorator)}`: remove it")
        if getattr(node, "type_params", None):  # Python 3.12
            self.say("syntax-allowed", node, f"type parameters of `{node.name}`: remove them")
        self._defaults(node)

    def check_Lambda(self, node: ast.Lambda) -> None:  # noqa: N802
        """As functions."""
        self._defaults(node)

    def _defaults(self, node: Function) -> None:
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            parts = list(ast.walk(default))
            plain = (ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp, ast.BinOp, ast.Tuple)
            if not all(isinstance(p, (*plain, *_SMALL, ast.Lambda)) for p in parts):
                message = f"the default `{excerpt(default)}` could be changed; use a number or None"
                self.say("default", default, message)
        for arg in parameters(node):
            if arg.arg in self.facts.functions:
                self.say("rebound", arg, f"`{arg.arg}` is a function already; rename the parameter")

    def check_For(self, node: ast.For) -> None:  # noqa: N802
        """Loops are short and do not lengthen what they run over."""
        nested = 1 + max((loop_depth(child) for child in node.body), default=0)
        if fault := self.loops.fault(node.iter, max(nested, self.depth + 1)):
            self.faults.append(fault)
        over = {n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name)}
        growing = {"append", "extend", "insert", "add", "update", "setdefault"}
        for statement in node.body:
            for part in ast.walk(statement):
                target = (
                    part.value if isinstance(part, ast.Attribute) and part.attr in growing else None
                )
                if isinstance(part, ast.AugAssign):
                    target = part.target
                if isinstance(target, ast.Name) and target.id in over:
                    message = f"`{target.id}` changes while the loop runs over it; use another list"
                    self.say("loop", part, message)

    def check_comprehension(self, node: ast.comprehension) -> None:
        """As loops."""
        if node.is_async:
            self.say("syntax-allowed", node.iter, "an `async` comprehension is not allowed")
        if fault := self.loops.fault(node.iter, self.depth):
            self.faults.append(fault)

    def check_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        """As the operation itself."""
        if isinstance(node.target, ast.Name):
            left = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            if fault := self.bounds.operation(node, left, node.op, node.value):
                self.faults.append(fault)

    # ------------------------------------------------------------ expressions

    def check_BinOp(self, node: ast.BinOp) -> None:  # noqa: N802
        """Operations do not explode; no `%` on text."""
        if isinstance(node.op, ast.Mod) and is_text(node.left, self.facts):
            message = f"`{excerpt(node)}` formats text with %; use an f-string: f'joint_{{i}}'"
            self.say("format", node, message)
        if fault := self.bounds.operation(node, node.left, node.op, node.right):
            self.faults.append(fault)

    def check_Constant(self, node: ast.Constant) -> None:  # noqa: N802
        """Numbers, text, True, False, None and `...`; no bytes, no imaginary numbers."""
        if isinstance(node.value, bytes | complex):
            message = f"`{excerpt(node)}` is not a real number or text; write a plain number"
            self.say("number", node, message)
        elif isinstance(node.value, int) and abs(node.value) > 2**63:
            self.say("number", node, "the integer is too large; write a float such as 1e20")

    def check_JoinedStr(self, node: ast.JoinedStr) -> None:  # noqa: N802
        """Format specifications are plain."""
        self.faults += format_faults(node)

    def check_Call(self, node: ast.Call) -> None:  # noqa: N802
        """Arguments are as NumPy's pure functions need them."""
        self.faults += call_faults(node, self.facts, self.bounds)

    def check_Attribute(self, node: ast.Attribute) -> None:  # noqa: N802
        """What follows a dot is on the list of its module, or is a method of plain data."""
        path = self.facts.path(node)
        if path is not None:
            self._of_module(node, *path.rpartition("."))
        elif not isinstance(node.ctx, ast.Load):
            message = f"`{excerpt(node)}` is set: keep values in variables or a dict"
            self.say("attribute", node, message)
        elif node.attr in names.UFUNC_METHODS:
            if self.facts.path(node.value) is None:
                self.say(
                    "attribute", node, f"`.{node.attr}` works on a NumPy function: np.add.reduce(x)"
                )
        elif node.attr.startswith("_"):
            self.say("dunder", node, f"`.{node.attr}` is private to Python; leave it out")
        elif isinstance(node.value, ast.Name) and not self._known(node.value.id):
            words = instead.foreign(node.value.id, node.attr)
            self.say("unknown-name", node, f"`{excerpt(node)}` is not available: {words}")
        elif node.attr not in names.ATTRIBUTES and not self._told_below(node):
            words = instead.attribute(node) if self._few() else f"`.{node.attr}`"
            self.say("attribute", node, words)

    def _of_module(self, node: ast.Attribute, module: str, _: str, name: str) -> None:
        path = f"{module}.{name}"
        known = node in self.typed or name in names.PATHS[module]
        if path in names.PATHS and node not in self.dotted:
            self._module_value(node)
        if known and isinstance(node.ctx, ast.Load):
            return
        words = instead.of_module(module, name) if self._few() else "use another function"
        rule = "math" if module == "math" else "numpy"
        self.say(rule, node, f"`{path}` is not available: {words}")

    def _told_below(self, node: ast.Attribute) -> bool:
        """Whether a part of `np.random.normal`, `env.data.qpos` is a fault of its own already."""
        inner = node.value
        while isinstance(inner, ast.Attribute):
            path = self.facts.path(inner)
            if path is not None:
                module, _, name = path.rpartition(".")
                return name not in names.PATHS[module] and inner not in self.typed
            inner = inner.value
        return isinstance(inner, ast.Name) and not self._known(inner.id)

    def _known(self, name: str) -> bool:
        """Whether a name stands for anything here."""
        bound = any(name in scope for scope in self.stack) or name in self.facts.imports.paths
        return bound or name in names.BUILTINS or name in self.facts.annotation_names

    def check_Name(self, node: ast.Name) -> None:  # noqa: N802
        """Names are bound in the file, imported, or builtins that are allowed."""
        name, path = node.id, self.facts.imports.paths.get(node.id)
        if name.startswith("__"):
            words = hints.NAMES.get(name, "remove what needs it")
            self.say("dunder", node, f"`{name}` is private to Python; {words}")
        elif any(name in scope for scope in self.stack) or node in self.raised:
            return
        elif name in self.facts.annotation_names:
            self.say("annotation", node, f"`{name}` may stand in annotations only")
        elif path is not None:
            self._imported(node, path)
        elif name not in names.BUILTINS and node not in self.dotted:
            few = self._few()
            words = instead.unknown(name, self.facts, self.signals) if few else f"`{name}`"
            self.say("unknown-name", node, words)

    def _few(self) -> bool:
        """Whether this fault will be told: to look for names that resemble one takes time."""
        return len(self.faults) < MOST_FAULTS

    def _imported(self, node: ast.Name, path: str) -> None:
        type_only = path.removeprefix("np.") in names.NUMPY_TYPES - names.NUMPY
        if path in names.PATHS and node not in self.dotted:
            self._module_value(node)
        elif type_only and node not in self.typed:
            self.say("numpy", node, f"`{path}` is not available: {hints.NUMPY['ndarray']}")

    def _module_value(self, node: ast.expr) -> None:
        code = excerpt(node)
        self.say("module", node, f"`{code}` is a module; call one of its functions by name")
