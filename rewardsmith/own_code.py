"""Own code: an environment's file and the modules of its author that it imports, as syntax trees.

Modules of the standard library, of what is installed and of rewardsmith are nobody's secret and
are not read.  Nothing is imported or run: a module that no import has loaded yet is only found.
"""

from __future__ import annotations

import ast
import functools
import importlib.machinery
import importlib.util
import inspect
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

ENVIRONMENT = ""
"""The name of the environment's own file among the modules."""
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the author."""

    name: str
    tree: ast.Module
    defined: dict[str, ast.stmt]
    """What its top level gives a name."""
    imported: dict[str, tuple[str, str]]
    """Name here to (module, name there); "" there for the module itself."""
    starred: tuple[str, ...]
    """Modules all of whose names it takes."""
    mentioned: tuple[str, ...]
    """Whatever it imports that may be a module."""


Place = tuple[str, str]
"""A module and what it defines there."""
Part = tuple[Module, ast.AST]
"""A piece of code, and the module whose names it uses."""


class OwnCode:
    """The author's modules, read when they are first asked for."""

    def __init__(self, source: str) -> None:
        self._modules: dict[str, Module | None] = {}
        self.main = _module(ENVIRONMENT, "", source)
        self._modules[ENVIRONMENT] = self.main

    def module(self, name: str) -> Module | None:
        """The module of that name, None where it is not the author's own."""
        if name not in self._modules:
            path, package = _file(name), name
            if path is not None and path.name != "__init__.py":
                package = name.rpartition(".")[0]
            source = None if path is None else _text(path)
            self._modules[name] = None if source is None else _module(name, package, source)
        return self._modules[name]

    def modules(self) -> list[Module]:
        """The environment's file and all that it imports, directly or through others."""
        found, queue = {ENVIRONMENT: self.main}, [self.main]
        while queue:
            here = queue.pop()
            for name in here.mentioned:
                module = self.module(name)
                if module is not None and name not in found:
                    found[name] = module
                    queue.append(module)
        return [found[name] for name in sorted(found)]

    def definition(self, place: Place) -> Part:
        """What stands at a place that `place_of` or `reached` has found."""
        found = self.module(place[0]) or self.main
        return found, found.defined[place[1]]

    def defines(self, place: Place) -> bool:
        """Whether something stands there, on the top level of its module."""
        module = self.module(place[0])
        return module is not None and place[1] in module.defined

    def place_of(self, module: Module, node: ast.AST) -> Place | None:
        """Where the author defines what a name, or an attribute of a module, stands for."""
        names = _dotted(node)
        return self._followed(module.name, names, frozenset()) if names else None

    def _followed(
        self, module_name: str, names: tuple[str, ...], seen: frozenset[Place]
    ) -> Place | None:
        """Through imports to the definition; `names` are attributes, one of the other."""
        module, (name, *others) = self.module(module_name), names
        from_outside, here = bool(seen), (module_name, name)
        if here in seen:
            return None
        seen |= {here}
        if module is not None and name in module.defined:
            return here if not others else None
        if module is not None and name in module.imported:
            target, attribute = module.imported[name]
            rest = (attribute, *others) if attribute else (*others,)
            return self._followed(target, rest, seen) if rest else None
        for starred in module.starred if module is not None else ():
            if (place := self._followed(starred, names, seen)) is not None:
                return place
        if others and from_outside:  # a module in a package
            return self._followed(f"{module_name}.{name}", (*others,), seen)
        return None

    def reached(self, start: Iterable[Part]) -> set[Place]:
        """The definitions that these pieces use, directly or through others."""
        queue = list(start)
        found: set[Place] = set()
        while queue:
            module, part = queue.pop()
            for node in ast.walk(part):
                place = self.place_of(module, node)
                if place is not None and place not in found:
                    found.add(place)
                    queue.append(self.definition(place))
        return found

    def parts_of(self, given: object) -> Iterator[Part]:
        """The code of a function, and of those that it wraps or closes over, in modules."""
        queue, seen = [given], set[int]()
        while queue:
            one = queue.pop()
            if id(one) in seen or not callable(one):
                continue
            seen.add(id(one))
            function, more = _unwrapped(one)
            queue += more
            code = getattr(function, "__code__", None)
            module = self.module(str(getattr(function, "__module__", None) or "builtins"))
            if isinstance(code, CodeType) and module is not None:
                yield from ((module, node) for node in _begun_at(module, code.co_firstlineno))


def _unwrapped(given: Callable[..., Any]) -> tuple[object, list[object]]:
    """The function behind a callable, and what else it calls."""
    if isinstance(given, functools.partial):
        return given.func, [given.func, *given.args, *given.keywords.values()]
    function = getattr(given, "__func__", given)
    if not inspect.isroutine(function) and not inspect.isclass(function):
        function = type(given).__call__
    cells = getattr(function, "__closure__", None) or ()
    wrapped = getattr(function, "__wrapped__", None)
    return function, [wrapped, *(cell.cell_contents for cell in cells if _is_filled(cell))]


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _begun_at(module: Module, line: int) -> Iterator[ast.AST]:
    """The functions of a module that begin on a line, with or without a name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Lambda):
            begins = node.lineno
        elif isinstance(node, ast.FunctionDef):
            begins = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        else:
            continue
        if begins == line:
            yield node


def _dotted(node: ast.AST) -> tuple[str, ...]:
    """`a.b.c` as names; nothing where it begins otherwise."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()


# ---------------------------------------------------------------- files


def parsed(source: str) -> ast.Module:
    """The syntax tree, an empty one where there is none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def defined_by(node: ast.stmt) -> tuple[str, ...]:
    """The names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return (node.name,)
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    names = (n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
    return tuple(n.id for n in names if n.id != "environment")


def _module(name: str, package: str, source: str) -> Module:
    tree = parsed(source)
    imported: dict[str, tuple[str, str]] = {}
    starred: list[str] = []
    mentioned: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            mentioned += [alias.name for alias in node.names]
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                imported[bound] = (alias.name if alias.asname else bound, "")
        elif isinstance(node, ast.ImportFrom):
            target = _absolute(node, package)
            mentioned += [target, *(f"{target}.{alias.name}" for alias in node.names)]
            starred += [target for alias in node.names if alias.name == "*"]
            imported |= {a.asname or a.name: (target, a.name) for a in node.names if a.name != "*"}
    defined = {name: node for node in tree.body for name in defined_by(node)}
    return Module(name, tree, defined, imported, tuple(starred), tuple(mentioned))


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that is imported from, where `package` holds what says `from .`."""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1] if node.level else []
    return ".".join([*base, *([node.module] if node.module else [])])


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _file(name: str) -> Path | None:
    """The file of a module that is the author's own."""
    top = name.partition(".")[0]
    if not top or top in sys.stdlib_module_names or top == _PACKAGE.name:
        return None
    loaded = getattr(sys.modules.get(name), "__file__", None)
    found = str(loaded) if loaded else _origin(name)
    path = Path(found).resolve() if found.endswith(".py") else None
    return path if path is not None and _is_own(path) else None


def _origin(name: str) -> str:
    """Where a module would be loaded from, "" where that is nowhere; imports no package."""
    top, *others = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for k in range(len(others)):
            if spec is None or (spec.origin and not _is_own(Path(spec.origin).resolve())):
                return ""
            full, folders = ".".join((top, *others[: k + 1])), spec.submodule_search_locations
            spec = importlib.machinery.PathFinder.find_spec(full, folders) if folders else None
    except (ImportError, ValueError):
        return ""
    return spec.origin or "" if spec is not None else ""


def _is_own(path: Path) -> bool:
    """Whether a file is neither installed nor Python's nor rewardsmith's."""
    standard = {Path(sysconfig.get_path(kind)).resolve() for kind in ("stdlib", "platstdlib")}
    near = {*path.parents}
    return not (_INSTALLED & {*path.parts} or standard & near or _PACKAGE in near)
