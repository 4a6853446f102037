"""Trees written as the code that a person would write, with a sentence on what it wants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rewardsmith.language.constants import round3
from rewardsmith.proposers.composer.tree import FREE, Shape, Term, Tree

FOLDED = frozenset({"linear", "change", "absolute", "effort"})
"""Kinds whose width is divided out of the weight: `0.2 * forward_velocity`."""
STEPWISE = frozenset({"inside", "beyond", "time", "alive", "end"})
"""Kinds that are one of two numbers, written with the weight inside."""
ENDINGS = {
    "linear": ("gain", "cost"),
    "bounded": ("pull", "drag"),
    "target": ("on_target", "off_target"),
    "inside": ("in_range", "out_of_range"),
    "beyond": ("reached", "exceeded"),
    "change": ("progress", "decline"),
    "absolute": ("size", "deviation"),
    "square": ("squared", "squared_cost"),
    "effort": ("effort_bonus", "effort"),
    "time": ("time_bonus", "time_cost"),
    "alive": ("alive", "alive_cost"),
    "end": ("end_bonus", "end_cost"),
}
"""How components are called: by kind, for a positive and a negative weight."""
SENTENCES = {
    "linear": ("raise {x}", "lower {x}"),
    "bounded": ("raise {x} up to a point", "lower {x} down to a point"),
    "target": ("keep {x} near {t}", "keep {x} away from {t}"),
    "inside": ("keep {x} within {w} of {t}", "keep {x} more than {w} from {t}"),
    "beyond": ("get {x} above {t}", "keep {x} below {t}"),
    "change": ("let {x} grow with every step", "let {x} shrink with every step"),
    "absolute": ("bring {x} far from {t}", "bring {x} to {t}"),
    "square": ("drive {x} far from {t}", "drive {x} to {t}"),
    "effort": ("spend much on actions", "spend little on actions"),
    "time": ("take time", "lose no time"),
    "alive": ("stay alive", "do not linger"),
    "end": ("bring the episode to its end", "do not end the episode early"),
}
WIDTH = 100


def write(tree: Tree, units: Mapping[str, str]) -> tuple[str, str]:
    """Source and thought of a tree: a module of `compute_reward`, its docstring's sentence."""
    parameters, names = _parameters(tree), component_names(tree)
    thought = _thought(tree, units)
    lines = [*_signature(parameters), *_docstring(thought)]
    for name, term in zip(names, tree.terms, strict=True):
        lines += _listed(f"    {name} = ", "()", expression(term).split(" * "), " * ")
    lines += _listed("    total = ", "()", names, " + ")
    lines += _listed("    return total, ", "{}", [f'"{name}": {name}' for name in names], ", ")
    return "\n".join(lines) + "\n", thought


def _signature(parameters: Sequence[str]) -> list[str]:
    line = f"def compute_reward({', '.join(parameters)}):"
    if len(line) <= WIDTH:
        return [line]
    return ["def compute_reward(", *(f"    {name}," for name in parameters), "):"]


def _docstring(thought: str) -> list[str]:
    """The sentence as a docstring, broken at a comma where it is long."""
    lines = [""]
    for word in thought.split(" "):
        if len(lines[-1]) + len(word) > WIDTH - 10:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) == 1:
        return [f'    """{thought}"""']
    return [f'    """{lines[0]}', *(f"    {line}" for line in lines[1:]), '    """']


def _listed(start: str, brackets: str, parts: Sequence[str], between: str) -> list[str]:
    """The parts on one line, or one a line where that is too long."""
    left, right = brackets
    operator = between.strip(" ,")
    line = start + (between.join(parts) if operator else left + between.join(parts) + right)
    if len(line) <= WIDTH or (operator and len(parts) == 1):
        return [line]
    if operator:
        middle = [f"{operator} {part}" if place else part for place, part in enumerate(parts)]
    else:
        middle = [f"{part}," for part in parts]
    return [start + left, *(f"        {part}" for part in middle), f"    {right}"]


# ---------------------------------------------------------------- names


def _shapes(tree: Tree) -> list[Shape]:
    return [shape for term in tree.terms for shape in term.shapes]


def _parameters(tree: Tree) -> list[str]:
    """The signals in the signature, in the order in which the terms read them."""
    free = {"effort": ["action"], "time": ["episode_step"]}
    parameters: list[str] = []
    for shape in _shapes(tree):
        if shape.kind in FREE:
            parameters += free.get(shape.kind, ["terminated"])
        else:
            parameters.append(shape.signal)
        if shape.kind == "change":
            parameters.append(_previous(shape))
    return list(dict.fromkeys(parameters))


def _previous(shape: Shape) -> str:
    return "obs" if shape.signal == "next_obs" else f"previous_{shape.signal}"


def component_names(tree: Tree) -> list[str]:
    """What the components of its terms are called in the source, in the order of the terms."""
    return _names(tree, _parameters(tree))


def _names(tree: Tree, parameters: Sequence[str]) -> list[str]:
    """One identifier a term, none of them a parameter's."""
    names: list[str] = []
    for term in tree.terms:
        shape, sign = term.shapes[0], 0 if term.weight >= 0 else 1
        ending = ENDINGS[shape.kind][sign]
        base = ending if shape.kind in FREE else f"{_called(shape)}_{ending}"
        if len(term.shapes) > 1:
            base += "_if_" + "_and_".join(_called(other) for other in term.shapes[1:])
        base = base[:48].rstrip("_")
        name, number = base, 2
        while name in names or name in parameters:
            name, number = f"{base}_{number}", number + 1
        names.append(name)
    return names


def _called(shape: Shape) -> str:
    if shape.norm:
        return f"{shape.signal}_norm"
    if shape.component is not None:
        return f"{shape.signal}_{shape.component}"
    return shape.signal or shape.kind


# ---------------------------------------------------------------- expressions


def expression(term: Term) -> str:
    """The term as a NumPy expression."""
    shape = term.shapes[0]
    if len(term.shapes) > 1:
        return _times(term.weight, " * ".join(_factor(shape) for shape in term.shapes))
    if shape.kind in STEPWISE:
        return _stepwise(shape, term.weight)
    if shape.kind in FOLDED:
        return _times(round3(term.weight / shape.width), _base(shape))
    return _times(term.weight, _factor(shape))


def _times(weight: float, factor: str) -> str:
    if weight == 1.0:
        return factor
    return f"{_number(weight)} * {factor}"


def _number(value: float) -> str:
    return repr(round3(value))


def _factor(shape: Shape) -> str:
    """The shape alone, of order 1, in a form that can be multiplied."""
    if shape.kind in STEPWISE:
        return _stepwise(shape, 1.0)
    if shape.kind in FOLDED:
        base = _base(shape)
        return base if shape.width == 1.0 else f"({base} / {_number(shape.width)})"
    distance = _over(_distance(shape), shape.width)
    if shape.kind == "bounded":
        return f"np.tanh({distance})"
    power = f"{distance}**2" if distance.isidentifier() else f"({distance}) ** 2"
    return f"np.exp(-({power}))" if shape.kind == "target" else power


def _base(shape: Shape) -> str:
    if shape.kind == "linear":
        return _read(shape, shape.signal)
    if shape.kind == "change":
        return f"({_read(shape, shape.signal)} - {_read(shape, _previous(shape))})"
    if shape.kind == "absolute":
        return _absolute(shape)
    return "np.sum(action**2, axis=-1)"


def _absolute(shape: Shape) -> str:
    distance = _distance(shape)
    return f"np.abs({distance[1:-1] if shape.target else distance})"


def _stepwise(shape: Shape, weight: float) -> str:
    yes, x = _number(weight), _read(shape, shape.signal)
    if shape.kind == "time":
        return f"np.full(episode_step.shape, {yes})"
    if shape.kind == "alive":
        return f"np.where(terminated, 0.0, {yes})"
    if shape.kind == "end":
        return f"np.where(terminated, {_number(weight * shape.width)}, 0.0)"
    if shape.kind == "beyond":
        return f"np.where({x} > {_number(shape.target)}, {yes}, 0.0)"
    return f"np.where({_absolute(shape)} < {_number(shape.width)}, {yes}, 0.0)"


def _read(shape: Shape, signal: str) -> str:
    if shape.norm:
        return f"np.linalg.norm({signal}, axis=-1)"
    return signal if shape.component is None else f"{signal}[:, {shape.component}]"


def _distance(shape: Shape) -> str:
    """The channel less the target, in brackets unless the target is 0."""
    x = _read(shape, shape.signal)
    if shape.target == 0.0:
        return x
    sign = "-" if shape.target > 0 else "+"
    return f"({x} {sign} {_number(abs(shape.target))})"


def _over(distance: str, width: float) -> str:
    return distance if width == 1.0 else f"{distance} / {_number(width)}"


# ---------------------------------------------------------------- the sentence


def _thought(tree: Tree, units: Mapping[str, str]) -> str:
    parts = [_clause(term, units) for term in tree.terms]
    text = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return text[0].upper() + text[1:] + "."


def _clause(term: Term, units: Mapping[str, str]) -> str:
    sign = 0 if term.weight >= 0 else 1
    first, rest = term.shapes[0], term.shapes[1:]
    clause = _said(first, sign, units)
    if rest:
        clause += ", as far as you " + " and ".join(_said(shape, 0, units) for shape in rest)
    return clause


def _said(shape: Shape, sign: int, units: Mapping[str, str]) -> str:
    unit = units.get(shape.signal, "")
    unit = f" {unit}" if re.fullmatch(r"[A-Za-z0-9/^*. %-]{1,16}", unit) else ""
    return SENTENCES[shape.kind][sign].format(
        x=_called(shape).replace("_", " "),
        t=f"{shape.target:g}{unit}",
        w=f"{shape.width:g}",
    )
