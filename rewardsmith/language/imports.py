"""Imports of a reward file: NumPy and math under any name, and what only annotations use."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from rewardsmith.language import hints, names
from rewardsmith.language.faults import Fault

_TYPES = frozenset(f"np.{name}" for name in names.NUMPY_TYPES)


@dataclass(frozen=True, slots=True)
class Imports:
    """What the names that a file imports stand for."""

    paths: dict[str, str]
    """Name to `np`, `np.linalg`, `math`, or one of their functions: `np.exp`."""
    annotations: frozenset[str]
    """Names that may stand in annotations only."""
    faults: tuple[Fault, ...]


def read_imports(tree: ast.Module) -> Imports:
    """All imports of the file, inside functions too; `np` and `math` are there without one."""
    paths: dict[str, str] = {}
    annotations: set[str] = set()
    faults: list[Fault] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for alias in node.names:
            found = _plain(alias) if isinstance(node, ast.Import) else _from(node, alias)
            bound, path, problem = found
            if problem:
                faults.append(Fault("import", node.lineno, problem))
            elif path == "":
                annotations.add(bound)
            elif paths.setdefault(bound, path) != path:
                message = f"`{bound}` is imported as two different things; import it once"
                faults.append(Fault("import", node.lineno, message))
    paths.setdefault("np", "np")
    paths.setdefault("math", "math")
    return Imports(paths, frozenset(annotations), tuple(faults))


def _plain(alias: ast.alias) -> tuple[str, str, str]:
    """`import NAME as ALIAS`: the bound name, its path ('' for annotations), the problem."""
    bound = alias.asname or alias.name.partition(".")[0]
    if alias.name in names.MODULES:
        whole = alias.asname or "." not in alias.name
        return bound, names.MODULES[alias.name] if whole else "np", ""
    if alias.name == "numpy.typing" and not alias.asname:
        return bound, "np", ""
    if alias.name in names.ANNOTATION_MODULES:
        return bound, "", ""
    return bound, "", _refusal(alias.name)


def _from(node: ast.ImportFrom, alias: ast.alias) -> tuple[str, str, str]:
    """`from MODULE import NAME as ALIAS`, as `_plain`."""
    module, bound = node.module or "", alias.asname or alias.name
    path = names.MODULES.get(module, "")
    if node.level or alias.name == "*":
        return (
            bound,
            "",
            f"`from {'.' * node.level}{module} import {alias.name}`: name one function",
        )
    if path and (alias.name in names.PATHS[path] or f"{path}.{alias.name}" in _TYPES):
        return bound, f"{path}.{alias.name}", ""
    if (module, alias.name) == ("numpy", "typing"):
        return bound, "", ""
    if module in names.ANNOTATION_MODULES:
        odd = module == "__future__" and alias.name != "annotations"
        return bound, "", f"`from __future__ import {alias.name}`: remove it" if odd else ""
    if path:
        hint = hints.NUMPY.get(alias.name, "use another function")
        return bound, "", f"`{path}.{alias.name}` is not available: {hint}"
    return bound, "", _refusal(module)


def _refusal(module: str) -> str:
    hint = hints.NAMES.get(module.partition(".")[0], "write it with np and math")
    return f"`{module}` cannot be imported, only numpy and math can: {hint}"
