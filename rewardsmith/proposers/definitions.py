"""Which names a source defines and needs, so that helpers in other blocks are kept."""

from __future__ import annotations

import ast
import symtable
import warnings

ENTRY = "compute_reward"
DEFINING = (
    ast.FunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.Import,
    ast.ImportFrom,
)


def with_helpers(main: str, others: list[str]) -> str:
    """The source with the definitions in front of it that it names and does not make itself."""
    offered: dict[str, tuple[int, str]] = {}
    statements = [found for text in others for found in _statements(text)]
    for place, (names, source) in enumerate(statements):
        offered |= dict.fromkeys(names, (place, source))
    own = {name for names, _ in _statements(main) for name in names}
    missing, taken = _used(main) - own, dict[int, str]()
    while wanted := missing & offered.keys():
        for name in sorted(wanted):
            place, source = offered.pop(name)
            taken[place] = source
            missing |= _used(source) - own
    return "\n\n\n".join([*(taken[place] for place in sorted(taken)), main])


def _statements(source: str) -> list[tuple[set[str], str]]:
    """(names, text) of each helper, constant and import at the module's level."""
    tree, lines = parse(source), source.split("\n")
    found: list[tuple[set[str], str]] = []
    for statement in tree.body if tree else []:
        first = min([statement.lineno, *(d.lineno for d in _decorators(statement))])
        text = "\n".join(lines[first - 1 : statement.end_lineno])
        # A use of the reward is an example, nothing that it needs.
        if isinstance(statement, DEFINING) and (is_entry(statement) or ENTRY not in text):
            found.append((defined(statement), text))
    return found


def _decorators(statement: ast.stmt) -> list[ast.expr]:
    return getattr(statement, "decorator_list", [])


def defined(statement: ast.stmt) -> set[str]:
    """The names that a statement of the module's level defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return set()
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _used(source: str) -> set[str]:
    """The names that are read from the module's level, at it or in a function."""
    try:
        tables = [symtable.symtable(source, "<answer>", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    used: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        module = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (module or symbol.is_global()):
                used.add(symbol.get_name())
    return used


def parse(source: str) -> ast.Module | None:
    """The syntax tree, None where there is none; warns of nothing."""
    tree = parse_or_line(source)
    return tree if isinstance(tree, ast.Module) else None


def parse_or_line(source: str) -> ast.Module | int:
    """The syntax tree, else the line that is wrong, 0 where no line can be named."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        return error.lineno or 0
    except (ValueError, RecursionError, MemoryError):
        return 0


def is_entry(statement: ast.stmt) -> bool:
    """Whether the statement is the reward's own function."""
    return isinstance(statement, ast.FunctionDef) and statement.name == ENTRY
