"""Whatever text comes, the checker answers; what it accepts compiles."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rewards_bank import FILES

from rewardsmith.language import check_language, compile_reward, source_hash

SOURCES = [file.read_text() for file in FILES]
NAMES = ["x", "y", "np", "math", "total", "__class__", "f", "compute_reward", "sum", "CONSTANT"]
ATTRIBUTES = ["sum", "T", "shape", "copy", "__class__", "exp", "linalg", "items", "format", "abs"]
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


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


@quick
@given(st.text(max_size=300))
def test_any_text_gives_clean_reasons(text):
    assert all(reason.message for reason in check_language(text))
    assert len(source_hash(text)) == 64


@quick
@given(st.binary(max_size=300))
def test_any_bytes_read_as_text_give_clean_reasons(data):
    assert check_language(data.decode("utf-8", "surrogateescape"))


@quick
@given(programs())
def test_any_program_is_judged_and_an_accepted_one_compiles(source):
    reasons = check_language(source)
    if not reasons:
        assert callable(compile_reward(source))
        assert "__class__" not in source


@quick
@given(st.sampled_from(SOURCES), st.randoms(use_true_random=False))
def test_a_sound_reward_with_pieces_cut_and_moved_never_crashes_the_checker(source, rng):
    mutated = mutate(source, rng)
    check_language(mutated)
    source_hash(mutated)


def mutate(source: str, rng: random.Random) -> str:
    """The source with a few stretches deleted, doubled or swapped."""
    for _ in range(rng.randint(1, 4)):
        a, b = sorted(rng.randrange(len(source) + 1) for _ in range(2))
        b = min(b, a + 40)
        piece = source[a:b]
        where = rng.randrange(len(source) + 1)
        source = rng.choice([source[:a] + source[b:], source[:where] + piece + source[where:]])
    return source


@quick
@given(st.sampled_from(SOURCES), st.lists(st.text("abc_ #", max_size=10), max_size=5))
def test_comments_and_blank_lines_never_change_the_hash(source, comments):
    reformatted = (
        "".join(f"# {comment}\n\n" for comment in comments) + source.rstrip() + "  # end\n"
    )
    assert source_hash(reformatted) == source_hash(source)


def nested(opening: str, closing: str, depth: int = 30) -> str:
    return f"    y = {opening * depth}x{closing * depth}\n"


@pytest.mark.parametrize(
    "lines",
    [
        nested("np.add(x, x, out=", ")", 24),
        nested("[1 for a in [", "]]", 14),
        nested("[1 for a, b in zip(", ", [1])]", 14),
        nested("(lambda a: ", ")(x)"),
        nested("(", ", 1)[0]"),
        "".join("    " + " " * i + "for i in [1]:\n" for i in range(60)) + " " * 70 + "pass\n",
        "".join(f"    a{i} = {f'a{i - 1} + a{i - 1}' if i else '2'}\n" for i in range(1_000)),
        "".join(f"    q{i} = unknown{i}\n" for i in range(2_000)),
        "    y = [0] * (1e999 - 1e999)\n    z = np.zeros(1e999) * 1e999\n",
        "    y = " + "u" * 60_000 + "\n",
    ],
    ids=lambda lines: lines[:24],
)
def test_entangled_code_is_judged_soon_and_briefly(lines):
    source = f"def compute_reward(x):\n{lines}    return x, {{}}\n"
    begin = time.process_time()
    reasons = check_language(source)
    assert time.process_time() - begin < 5.0
    assert len(reasons) <= 100
    assert all(len(reason.message) <= 600 for reason in reasons)


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_a_hundred_thousand_programs_pass_through_the_checker_without_a_crash():
    accepted = []

    @settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def judged(source):
        if not check_language(source):
            accepted.append(source)

    judged()
    for source in random.Random(0).sample(accepted, min(2_000, len(accepted))):
        function = compile_reward(source)
        inputs = [np.linspace(-1, 1, 4), np.ones(4)]
        for array in inputs:
            array.flags.writeable = False
        try:
            with np.errstate(all="ignore"):
                result = function(*inputs)
        except Exception:  # noqa: BLE001  a clean error is as good
            continue
        assert isinstance(result, tuple)
