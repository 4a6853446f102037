"""The static critic: the reward language, and the signature against the environment's signals."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from rewardsmith.environments import Environment
from rewardsmith.errors import nearest
from rewardsmith.language import REWARD, check, reward_parameters, signals_of
from rewardsmith.language.faults import excerpt
from rewardsmith.language.scopes import defaults
from rewardsmith.records import Candidate, Reason
from rewardsmith.signals import BUILTIN_SIGNALS

_OBJECTS = frozenset(
    {"self", "cls", "env", "environment", "info", "infos", "state", "states", "signals", "inputs"}
    | {"observation", "observations", "batch", "data", "transition", "transitions", "trajectory"}
)
"""Parameters by which others' rewards are given everything at once."""
_MOST_LISTED = 40
"""Signals that are told to the model where none resembles what it wrote."""
_LONGEST = 64
"""Characters of a name that are repeated."""
_MOST_UNKNOWN = 20
"""Parameters of which it is told what they may have meant."""


def judge_statically(candidate: Candidate | str, environment: Environment) -> list[Reason]:
    """Every reason to reject a candidate that can be read off its source, by line."""
    source = candidate.source if isinstance(candidate, Candidate) else candidate
    return examine(source, environment)[0]


def examine(
    source: str, environment: Environment, recorded: Sequence[str] = ()
) -> tuple[list[Reason], tuple[str, ...]]:
    """The reasons, and the names in the signature of `compute_reward`.

    `recorded` are the only signals where the environment is a recording without a simulator.
    """
    signals = recorded if environment.bank and recorded else environment.reader().names()
    tree, faults = check(source, signals)
    reasons = [Reason(rule=f.rule, message=f.message, line=f.line) for f in faults]
    if tree is not None:
        reasons += _signature_reasons(tree, signals)
    ordered = sorted(reasons, key=lambda reason: reason.line or 0)
    return ordered, () if tree is None else reward_parameters(tree)


def _signature_reasons(tree: ast.Module, signals: Sequence[str]) -> Iterator[Reason]:
    """Parameters that are no signals, and a function that uses none of its parameters."""
    function = next((n for n in tree.body if _is_reward(n)), None)
    if not isinstance(function, ast.FunctionDef):
        return
    parameters = signals_of(function)
    for parameter, default in defaults(function):
        if parameter.arg in signals:
            message = f"`{parameter.arg}` is a signal: leave the default `{excerpt(default)}` out"
            yield Reason(rule="signature", message=message, line=parameter.lineno)
    unknown = [parameter for parameter in parameters if parameter.arg not in signals]
    for parameter in unknown[:_MOST_UNKNOWN]:
        message = _unknown(parameter.arg, signals)
        yield Reason(rule="signal", message=message, line=parameter.lineno)
    if more := len(unknown[_MOST_UNKNOWN:]):
        message = f"{more} more parameters are no signals of this environment; take only its own"
        yield Reason(rule="signal", message=message, line=function.lineno)
    names = {p.arg for p in parameters}
    used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} & names
    if names and not used:
        message = "the reward uses none of its signals; compute the total from at least one of them"
        yield Reason(rule="signal-unused", message=message, line=function.lineno)


def _is_reward(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == REWARD


def _example(signals: Sequence[str]) -> str:
    """A signal of the environment's own, where it has one."""
    own = (name for name in signals if name not in BUILTIN_SIGNALS)
    return next(own, signals[0] if signals else "action")


def _unknown(name: str, signals: Sequence[str]) -> str:
    """The sentence for a parameter that no signal stands behind."""
    if name in _OBJECTS:
        return (
            f"`{name}` is not a signal of this environment; compute_reward is a plain function: "
            f"take the signals that it needs by their names, such as `{_example(signals)}`"
        )
    near = nearest(name, signals)
    told = f"`{name if len(name) <= _LONGEST else name[:_LONGEST] + '...'}`"
    if near:
        return f"{told} is not a signal of this environment; did you mean {' or '.join(near)}?"
    listed = ", ".join(signals[:_MOST_LISTED])
    return f"{told} is not a signal of this environment; there is {listed}"
