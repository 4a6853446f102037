"""What a reward file binds: names by scope, and the expressions that each name may stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from rewardsmith.language import names
from rewardsmith.language.imports import Imports, read_imports

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where a name gets a value."""

    kind: str
    """value, unpacked (`value[position]`), element (of the loop over `value`), signal, parameter,
    default, function, changed (`+=`) or deleted."""
    line: int
    value: ast.expr | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file before its rules are checked."""

    tree: ast.Module
    imports: Imports
    bindings: dict[str, list[Binding]] = field(default_factory=dict[str, list[Binding]])
    scopes: dict[ast.AST, set[str]] = field(default_factory=dict[ast.AST, set[str]])
    """Module, functions, lambdas and comprehensions to the names that they bind."""
    functions: dict[str, list[Function]] = field(default_factory=dict[str, "list[Function]"])
    annotation_aliases: set[ast.stmt] = field(default_factory=set[ast.stmt])
    """`Output = Tuple[np.ndarray, Dict]`: statements that only annotations need."""
    annotation_names: set[str] = field(default_factory=set[str])

    def path(self, node: ast.expr) -> str | None:
        """`np.linalg.norm` for an expression that names a module or its function, else None."""
        if isinstance(node, ast.Name):
            return self.imports.paths.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self.path(node.value)
            return f"{base}.{node.attr}" if base in names.PATHS else None
        return None

    def is_builtin(self, node: ast.expr, *wanted: str) -> bool:
        """Whether the expression is one of those builtins, not bound to anything else."""
        return isinstance(node, ast.Name) and node.id in wanted and node.id not in self.bindings


def children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without annotations, which never run."""
    skipped = {"annotation", "returns", "type_params"}
    for name, value in ast.iter_fields(node):
        if name in skipped:
            continue
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))  # pyright: ignore[reportUnknownVariableType]


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all nodes below it, without annotations."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))


def own_nodes(node: Function) -> list[ast.AST]:
    """The nodes of a function without those of functions defined in it."""
    waiting: list[ast.AST] = list(node.body) if not isinstance(node, ast.Lambda) else [node.body]
    found: list[ast.AST] = []
    while waiting:
        current = waiting.pop()
        found.append(current)
        if not isinstance(current, Function):
            waiting.extend(ast.iter_child_nodes(current))
    return found


def parameters(node: Function) -> list[ast.arg]:
    """All parameters of a function, `*args` and `**kwargs` included."""
    given = node.args
    rest = [arg for arg in (given.vararg, given.kwarg) if arg is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]


def defaults(node: Function) -> list[tuple[ast.arg, ast.expr]]:
    """The parameters that have a default, with it."""
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    first = len(positional) - len(given.defaults)
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return [
        *zip(positional[first:], given.defaults, strict=True),
        *((arg, default) for arg, default in named if default is not None),
    ]


def collect(tree: ast.Module) -> Facts:
    """The facts of a file."""
    facts = Facts(tree, read_imports(tree))
    facts.annotation_names.update(facts.imports.annotations)
    for statement in tree.body:
        _note_annotation_alias(statement, facts)
    _Collector(facts).enter(tree)
    return facts


def _note_annotation_alias(statement: ast.stmt, facts: Facts) -> None:
    """Remember `Array = np.ndarray` and the like, which are annotations in all but place."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    shape = (ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant)
    nodes = [n for n in ast.walk(statement.value) if isinstance(n, ast.expr)]
    plain = all(isinstance(n, (*shape, ast.BinOp)) for n in nodes)
    mentions = any(
        (isinstance(n, ast.Name) and n.id in facts.annotation_names)
        or (facts.path(n) or "").removeprefix("np.") in {"ndarray", "typing"}
        for n in nodes
    )
    if plain and mentions and len(targets) == 1 and isinstance(targets[0], ast.Name):
        facts.annotation_aliases.add(statement)
        facts.annotation_names.add(targets[0].id)


class _Collector:
    """Walks a file once and fills its facts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.stack: list[ast.AST] = []

    def enter(self, scope: ast.AST) -> None:
        """Collect everything below a node that has names of its own."""
        self.facts.scopes[scope] = set()
        self.stack.append(scope)
        if isinstance(scope, Function):
            self._parameters(scope)
        for child in children(scope):
            self.visit(child)
        self.stack.pop()

    def visit(self, node: ast.AST) -> None:
        """Collect one node and what is below it."""
        if node in self.facts.annotation_aliases or isinstance(node, ast.Import | ast.ImportFrom):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._bind(node.name, Binding("function", node.lineno))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.facts.functions.setdefault(node.name, []).append(node)
        self._assignments(node)
        if isinstance(node, Function | Comprehension):
            self.enter(node)
            return
        for child in children(node):
            self.visit(child)

    def _assignments(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._target(target, "value", node.value)
                if isinstance(target, ast.Name) and isinstance(node.value, ast.Lambda):
                    self.facts.functions.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._target(node.target, "value", node.value)
        elif isinstance(node, ast.AugAssign):
            self._target(node.target, "changed", node.value)
        elif isinstance(node, ast.NamedExpr):
            owner = next(s for s in reversed(self.stack) if not isinstance(s, Comprehension))
            self._bind(node.target.id, Binding("value", node.lineno, node.value), owner)
        elif isinstance(node, ast.For | ast.comprehension | ast.AsyncFor):
            self._target(node.target, "element", node.iter)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self._bind(node.id, None)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            self._bind(node.id, Binding("deleted", node.lineno))

    def _target(self, target: ast.expr, kind: str, value: ast.expr, at: int | None = None) -> None:
        if isinstance(target, ast.Name):
            kind = "unpacked" if at is not None and kind == "value" else kind
            self._bind(target.id, Binding(kind, target.lineno, value, at))
        elif isinstance(target, ast.Tuple | ast.List):
            items = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            paired = len(items) == len(target.elts) and kind == "value"
            for place, item in enumerate(target.elts):
                if paired:
                    self._target(item, kind, items[place])
                else:
                    self._target(item, kind, value, place)
        elif isinstance(target, ast.Starred):
            self._target(target.value, kind, value, -1)

    def _parameters(self, node: Function) -> None:
        entry = isinstance(node, ast.FunctionDef) and node.name == names.REWARD
        for arg in parameters(node):
            self._bind(arg.arg, Binding("signal" if entry else "parameter", arg.lineno))
        for arg, default in defaults(node):
            self._bind(arg.arg, Binding("default", arg.lineno, default))

    def _bind(self, name: str, binding: Binding | None, owner: ast.AST | None = None) -> None:
        self.facts.scopes[owner or self.stack[-1]].add(name)
        noted = self.facts.bindings.setdefault(name, [])
        if binding is not None:
            noted.append(binding)
