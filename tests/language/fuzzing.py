"""Random programs over the grammar of rewards, judged by the thousand; those accepted are run."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewardsmith.errors import RewardFailed
from rewardsmith.language import check_language
from rewardsmith.sandbox import ArraySpec, RewardLimits, RewardOutput, RewardServer

NAMES = ["x", "y", "np", "math", "total", "__class__", "f", "compute_reward", "sum", "CONSTANT"]
ATTRIBUTES = ["sum", "T", "shape", "copy", "__class__", "exp", "linalg", "items", "format", "abs"]
SPECS = (ArraySpec("x", ()), ArraySpec("y", ()))
LIMITS = RewardLimits(call_seconds=5.0, open_seconds=30.0)
ROWS = 4


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

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def judged(source):
        nonlocal rejected
        if check_language(source):
            rejected += 1
        else:
            accepted.append(source)

    judged()
    chosen = random.Random(0).sample(accepted, min(sample, len(accepted)))
    with RewardServer.start() as server:
        outcomes = [outcome(server, source) for source in chosen]
    results = outcomes.count("result")
    kinds = sorted(set(outcomes) - {"result"})
    verdicts = {kind: outcomes.count(kind) for kind in kinds}
    return Counts(len(accepted), rejected, len(chosen), results, verdicts)


def outcome(server: RewardServer, source: str) -> str:
    """`result`, or the kind of the failure, which says something."""
    found: RewardOutput | RewardFailed
    try:
        with server.open(source, SPECS, ROWS, limits=LIMITS) as process:
            process.inputs["x"][:] = np.linspace(-1, 1, ROWS)
            process.inputs["y"][:] = 1.0
            found = process.call(ROWS)
    except RewardFailed as failure:
        found = failure
    if isinstance(found, RewardFailed):
        assert found.message
        return found.kind
    assert found.total.shape == (ROWS,)
    return "result"
