"""The reward language: what a model's code may be, as an allow-list, and how it is compiled.

The checker, its rules and the compiler need the standard library and NumPy alone, because the
reward process loads nothing else; `Reason` is imported when it is made.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rewardsmith.errors import RewardInvalid
from rewardsmith.language.checker import check
from rewardsmith.language.compiler import FILE, RewardFunction, compile_tree, compile_trusted
from rewardsmith.language.definition import signals_of
from rewardsmith.language.faults import Fault
from rewardsmith.language.hashing import source_hash
from rewardsmith.language.names import REWARD

if TYPE_CHECKING:
    from rewardsmith.records import Reason

__all__ = [
    "FILE",
    "REWARD",
    "Fault",
    "ParsedReward",
    "RewardFunction",
    "check",
    "check_language",
    "compile_reward",
    "parse_reward",
    "reward_parameters",
    "signals_of",
    "source_hash",
]


@dataclass(frozen=True, slots=True)
class ParsedReward:
    """A reward file that the reward language accepts."""

    source: str
    tree: ast.Module
    parameters: tuple[str, ...]
    """The signals that `compute_reward` takes, in order."""
    docstring: str = ""


def check_language(source: str, signals: Collection[str] = ()) -> tuple[Reason, ...]:
    """Every fault of a reward file, none if it is accepted; never raises.

    `signals` are the names that the environment offers; they only improve the words.
    """
    from rewardsmith.records import Reason

    _, faults = check(source, signals)
    return tuple(Reason(rule=f.rule, message=f.message, line=f.line) for f in faults)


def parse_reward(source: str) -> ParsedReward:
    """The file as a checked tree; raises RewardInvalid that lists every fault."""
    tree, faults = check(source)
    if tree is None or faults:
        lines = [f"{'' if f.line is None else f'line {f.line}: '}{f.message}" for f in faults]
        raise RewardInvalid("the reward is rejected:\n" + "\n".join(lines))
    return _parsed(source, tree)


def compile_reward(reward: ParsedReward | str, *, trusted: bool = False) -> RewardFunction:
    """`compute_reward` as a function, compiled from the checked tree.

    `trusted` skips the check and runs a person's own file as Python does.  Raises RewardInvalid
    where the file is not accepted, and whatever its top level raises.
    """
    if isinstance(reward, ParsedReward):
        return compile_tree(reward.tree)
    if not trusted:
        return compile_tree(parse_reward(reward).tree)
    try:
        tree = ast.parse(reward)
    except (SyntaxError, ValueError) as error:
        raise RewardInvalid(f"the file defines no {REWARD}: {error}") from error
    function = compile_trusted(tree)
    if function is None:
        raise RewardInvalid(f"the file defines no {REWARD}")
    return function


def reward_parameters(tree: ast.Module) -> tuple[str, ...]:
    """The signals that `compute_reward` takes; none where the tree has no such function.

    A parameter with a default is a number of its own, `target=2.0`.
    """
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == REWARD:
            return tuple(arg.arg for arg in signals_of(node))
    return ()


def _parsed(source: str, tree: ast.Module) -> ParsedReward:
    node = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == REWARD)
    return ParsedReward(source, tree, reward_parameters(tree), ast.get_docstring(node) or "")
