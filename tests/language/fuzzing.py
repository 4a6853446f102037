"""Random programs over the grammar of rewards, judged by the thousand; those accepted are run."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from language.grammar import program

from rewardsmith.errors import RewardFailed
from rewardsmith.language import check_language, parse_reward
from rewardsmith.language.checker import LOST
from rewardsmith.language.compiler import code_of
from rewardsmith.language.scopes import collect
from rewardsmith.sandbox import ArraySpec, RewardLimits, RewardOutput, RewardServer

NAMES = ["x", "y", "np", "math", "total", "__class__", "f", "compute_reward", "sum", "CONSTANT"]
ATTRIBUTES = ["sum", "T", "shape", "copy", "__class__", "exp", "linalg", "items", "format", "abs"]
SPECS = (ArraySpec("x", ()), ArraySpec("y", ()), ArraySpec("v", (3,)))
LIMITS = RewardLimits(call_seconds=2.0, open_seconds=30.0)
ROWS = 4
_EVERY = 10
"""One program in so many is drawn by hypothesis, the others are the grammar's, by seed."""
_SOON = 5.0
"""Seconds of processor time in which any program is judged."""


@dataclass(frozen=True)
class Counts:
    """What became of the programs."""

    accepted: int
    rejected: int
    ran: int
    """Of the accepted ones, those that were run in a reward process."""
    results: int
    """Of these, those that gave a total and components."""
    verdicts: dict[str, int]
    """The others, by what the process said of them."""

    @property
    def told(self) -> int:
        return sum(self.verdicts.values())


def names():
    return st.sampled_from(NAMES)


def expressions():
    """Python expressions as text, mostly over names that exist."""
    leaves = names() | st.sampled_from(["1", "2.5", "10**9", "'a'", "None", "True", "...", "1j"])

    def grow(inner):
        pair = st.tuples(inner, inner)
        operators = st.sampled_from(["+", "-", "*", "/", "**", "%", "@", "<", "and", "is", "<<"])
        return st.one_of(
            st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            st.tuples(inner, st.sampled_from(ATTRIBUTES)).map(lambda t: f"{t[0]}.{t[1]}"),
            pair.map(lambda t: f"{t[0]}[{t[1]}]"),
            pair.map(lambda t: f"{t[0]}({t[1]})"),
            pair.map(lambda t: f"[{t[0]} for i in {t[1]}]"),
            pair.map(lambda t: f"{{{t[0]}: {t[1]}}}"),
            pair.map(lambda t: f"(lambda a: {t[0]})({t[1]})"),
            pair.map(lambda t: f"np.where({t[0]}, {t[1]}, x)"),
            inner.map(lambda t: f"f'{{{t}}}'" if "'" not in t else t),
            inner.map(lambda t: f"(w := {t})"),
            inner.map(lambda t: f"np.exp({t})"),
        )

    return st.recursive(leaves, grow, max_leaves=8)


def statements():
    value = expressions()
    return st.one_of(
        st.tuples(names(), value).map(lambda t: f"{t[0]} = {t[1]}"),
        st.tuples(names(), value).map(lambda t: f"{t[0]} += {t[1]}"),
        st.tuples(value, value).map(lambda t: f"({t[0]})[{t[1]}] = 1"),
        st.tuples(names(), value).map(lambda t: f"for {t[0]} in {t[1]}: pass"),
        st.tuples(value, names()).map(lambda t: f"if {t[0]}: {t[1]} = 1"),
        value,
        value.map(lambda t: f"def f(a, b=1): return {t}"),
        value.map(lambda t: f"y: {t} = {t}"),
    )


def programs():
    def whole(parts):
        lines = "".join(f"    {part}\n" for part in parts)
        return f"def compute_reward(x, y):\n{lines}    return x, {{'x': x}}\n"

    return st.lists(statements(), min_size=1, max_size=5).map(whole)


def fuzz(examples: int, sample: int) -> Counts:
    """Judge so many programs, and run a sample of the accepted ones, confined."""
    accepted: list[str] = []
    rejected = 0

    def judge(source: str) -> None:
        nonlocal rejected
        begin = time.process_time()
        reasons = check_language(source)
        assert time.process_time() - begin < _SOON, source
        assert all(reason.message and len(reason.message) <= 600 for reason in reasons), source
        assert all((reason.line or 1) <= source.count("\n") + 1 for reason in reasons), source
        assert not any(LOST in reason.message for reason in reasons), source
        if reasons:
            rejected += 1
        else:
            compile_reward_code(source)
            accepted.append(source)

    @settings(
        max_examples=max(1, examples // _EVERY),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def drawn(source: str) -> None:
        judge(source)

    drawn()
    for seed in range(examples - len(accepted) - rejected):
        judge(program(seed))
    chosen = random.Random(0).sample(accepted, min(sample, len(accepted)))
    with RewardServer.start() as server:
        outcomes = [outcome(server, source) for source in chosen]
    kinds = sorted(set(outcomes) - {"result"})
    verdicts = {kind: outcomes.count(kind) for kind in kinds}
    return Counts(len(accepted), rejected, len(chosen), outcomes.count("result"), verdicts)


def compile_reward_code(source: str) -> None:
    """What was accepted compiles; its top level is not run here."""
    tree = parse_reward(source).tree
    code_of(tree, collect(tree))


def outcome(server: RewardServer, source: str) -> str:
    """`result`, or the kind of the failure, which says something; inputs stay as they were."""
    found: RewardOutput | RewardFailed
    try:
        with server.open(source, SPECS, ROWS, limits=LIMITS) as process:
            process.inputs["x"][:] = np.linspace(-1, 1, ROWS)
            process.inputs["y"][:] = 1.0
            process.inputs["v"][:] = np.linspace(-2, 2, 3 * ROWS).reshape(ROWS, 3)
            before = {name: values.copy() for name, values in process.inputs.items()}
            found = process.call(ROWS)
            again = process.call(ROWS)
            for name, values in before.items():
                assert np.array_equal(process.inputs[name], values), source
    except RewardFailed as failure:
        found = again = failure
    if isinstance(found, RewardFailed) or isinstance(again, RewardFailed):
        assert isinstance(found, RewardFailed), source
        assert found.message
        assert found.kind not in {"forbidden", "syntax"}, (source, found.message)
        return found.kind
    assert found.total.shape == (ROWS,)
    assert np.array_equal(found.total, again.total, equal_nan=True), source
    return "result"
