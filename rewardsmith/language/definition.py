"""What the file defines: compute_reward, once, with plain parameters; no recursion, no state."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from rewardsmith.language import names
from rewardsmith.language.faults import Fault, excerpt
from rewardsmith.language.scopes import Facts, defaults, own_nodes, walk
from rewardsmith.language.state import state_faults

EXAMPLE = "def compute_reward(signal, ...): return total, {'name': component}"


def definition_faults(facts: Facts) -> list[Fault]:
    """Everything that is wrong with how functions are defined."""
    return [
        *_name_faults(facts),
        *_entry_faults(facts),
        *_recursion_faults(facts),
        *state_faults(facts),
    ]


def _name_faults(facts: Facts) -> Iterator[Fault]:
    """Names that the file gives a second meaning, and reserved names."""
    fixed = {*facts.imports.paths, *names.RELIED_ON, *facts.annotation_names}
    for name in {*facts.imports.paths, *facts.imports.annotations}:
        if name.startswith("__"):
            yield Fault("dunder", None, f"the name `{name}` is reserved; choose another")
    for name, bindings in facts.bindings.items():
        line = bindings[0].line if bindings else None
        if name.startswith("__"):
            yield Fault("dunder", line, f"the name `{name}` is reserved; choose another")
        elif name in fixed:
            message = f"`{name}` is given another meaning; choose another name for the variable"
            yield Fault("rebound", line, message)


def _entry_faults(facts: Facts) -> list[Fault]:
    """compute_reward stands at the top level, once, and its name means nothing else."""
    body = facts.tree.body
    found = [n for n in body if isinstance(n, ast.FunctionDef) and n.name == names.REWARD]
    if not found:
        inner = facts.bindings.get(names.REWARD, [])
        line = inner[0].line if inner else None
        message = f"define `{names.REWARD}` at the top level of the file: {EXAMPLE}"
        return [Fault("definition", line, message)]
    faults = [
        Fault("definition", b.line, f"`{names.REWARD}` is defined or assigned again; keep one")
        for b in facts.bindings.get(names.REWARD, [])
        if b.line != found[0].lineno
    ]
    return faults + _signature_faults(found[0]) + _return_faults(found[0])


def _signature_faults(node: ast.FunctionDef) -> list[Fault]:
    """Parameters are signals by name, at least one, or numbers; no stars that are read."""
    given = node.args
    faults: list[Fault] = []
    read = {n.id for statement in node.body for n in walk(statement) if isinstance(n, ast.Name)}
    stars = [arg for arg in (given.vararg, given.kwarg) if arg is not None]
    for arg in [*(arg for arg in stars if arg.arg in read), *given.posonlyargs]:
        message = f"the parameter `{arg.arg}` of {names.REWARD}: name each signal plainly"
        faults.append(Fault("signature", arg.lineno, message))
    for _, default in defaults(node):
        if _is_plain(default):
            continue
        message = (
            f"the default `{excerpt(default)}` of {names.REWARD}: parameters are signals; "
            "write constants inside the function"
        )
        faults.append(Fault("signature", default.lineno, message))
    if not signals_of(node):
        message = f"`{names.REWARD}` takes no signal; name the signals that it needs as parameters"
        faults.append(Fault("signature", node.lineno, message))
    return faults


def signals_of(node: ast.FunctionDef) -> tuple[ast.arg, ...]:
    """The parameters that are signals: all but those with a default, and the stars."""
    given, own = node.args, {arg.arg for arg, _ in defaults(node)}
    plain = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    return tuple(arg for arg in plain if arg.arg not in own)


def _is_plain(node: ast.expr) -> bool:
    """Whether it is a number as it is written, `-0.5` too, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | None)


def _return_faults(node: ast.FunctionDef) -> list[Fault]:
    """Every return gives two things: the total and the dict of components."""
    returns = [n for n in own_nodes(node) if isinstance(n, ast.Return)]
    advice = "return total, {'name': component, ...}"
    if not returns:
        return [Fault("return", node.lineno, f"`{names.REWARD}` returns nothing; {advice}")]
    faults: list[Fault] = []
    for statement in returns:
        value = statement.value
        single = (
            ast.BinOp,
            ast.UnaryOp,
            ast.Constant,
            ast.Compare,
            ast.Dict,
            ast.List,
            ast.DictComp,
        )
        wrong = value is None or isinstance(value, single)
        if wrong or (
            isinstance(value, ast.Tuple)
            and len(value.elts) != 2  # noqa: PLR2004  total and components
            and not any(isinstance(item, ast.Starred) for item in value.elts)
        ):
            shown = "nothing" if value is None else f"`{excerpt(value)}`"
            faults.append(Fault("return", statement.lineno, f"returns {shown}; {advice}"))
    return faults


def _recursion_faults(facts: Facts) -> list[Fault]:
    """No function reaches itself through the functions that it names."""
    names_used = {
        name: {
            used.id
            for node in nodes
            for used in walk(node)
            if isinstance(used, ast.Name) and used.id in facts.functions
        }
        for name, nodes in facts.functions.items()
    }
    circles = _in_circles(names_used)
    return [
        Fault("recursion", nodes[0].lineno, f"`{name}` calls itself; write it without recursion")
        for name, nodes in facts.functions.items()
        if name in circles
    ]


def _in_circles(graph: Mapping[str, AbstractSet[str]]) -> set[str]:
    """The nodes that reach themselves, in time linear in the edges (Kosaraju's two passes)."""
    against: dict[str, set[str]] = {name: set() for name in graph}
    for name, others in graph.items():
        for other in others:
            against[other].add(name)
    found: set[str] = set()
    seen: set[str] = set()
    order = _finished(graph, graph, set())
    for name in reversed(order):
        if name not in seen:
            component = _finished(against, [name], seen)
            circle = len(component) > 1 or name in graph[name]
            found.update(component if circle else ())
    return found


def _finished(
    graph: Mapping[str, AbstractSet[str]], starts: Iterable[str], seen: set[str]
) -> list[str]:
    """The nodes that can be reached and were not `seen`, in the order in which they are done."""
    done: list[str] = []
    for start in starts:
        waiting = [] if start in seen else [(start, iter(graph[start]))]
        seen.add(start)
        while waiting:
            name, others = waiting[-1]
            other = next((o for o in others if o not in seen), None)
            if other is None:
                done.append(name)
                waiting.pop()
            else:
                seen.add(other)
                waiting.append((other, iter(graph[other])))
    return done
