"""Whatever text comes, the checker answers; what it accepts compiles."""

from __future__ import annotations

import ast
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from language.fuzzing import fuzz, programs
from rewards_bank import FILES

from rewardsmith.language import check_language, compile_reward, source_hash

SOURCES = [file.read_text() for file in FILES]
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


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
        nodes = list(ast.walk(ast.parse(source)))
        names = {n.attr for n in nodes if isinstance(n, ast.Attribute)}
        names |= {n.id for n in nodes if isinstance(n, ast.Name)}
        assert not any(name.startswith("__") for name in names)


def test_braces_that_are_written_twice_are_text():
    source = "def compute_reward(x):\n    f'{{x.__class__}}'\n    return x, {'x': x}\n"
    assert not check_language(source)
    (reason,) = check_language(source.replace("{{x.__class__}}", "{x.__class__}"))
    assert "__class__" in reason.message


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


def many_names_in(block: str, line: str, times: int) -> str:
    """Fifteen hundred names, then a line many times inside four nested blocks."""
    blocks = "".join(f"    {' ' * depth}{block}\n" for depth in range(4))
    return "".join(f"    a{i} = 1\n" for i in range(1_500)) + blocks + f"        {line}\n" * times


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
        "    y = [" + "1, " * 9_000 + "]" + ".zz" * 60 + "\n",
        "    y = " + " + ".join(["0x" + "f" * 8_000 + "**64"] * 7) + "\n",
        "".join(f"    np.zq{i}\n" for i in range(3_000)),
        "    def f(): 0\n" * 1_500 + "    f()\n" * 1_500,
        "".join(f"    def f{i}(): f{i - 1}()\n" for i in range(1, 1_800)),
        many_names_in("for i in [1]:", "if 1: 0", 1_500),
        many_names_in("for i in [1]:", "y = 1", 1_500),
        many_names_in("if 1:", "[0 for q in [1]]", 800),
        many_names_in("if 1:", "for q in [" + "1, " * 6_000 + "]: 0", 1),
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


def test_a_file_of_too_many_parts_is_refused_in_a_sentence():
    source = f"def compute_reward(x):\n    y = [{'1, ' * 20_000}]\n    return x, {{}}\n"
    (reason,) = check_language(source)
    assert reason.message == "the code has more than 20000 parts; write a shorter reward"


def test_an_integer_that_no_decimals_hold_has_a_hash_too():
    assert source_hash("x = 0x" + "f" * 8_000) != source_hash("x = 0x" + "e" * 8_000)


def test_a_few_hundred_programs_are_judged_and_those_accepted_run_to_a_result_or_a_verdict():
    counts = fuzz(300, 60)
    assert counts.rejected + counts.accepted >= 300
    assert counts.ran == counts.results + counts.told


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_a_hundred_thousand_programs_pass_through_the_checker_without_a_crash():
    counts = fuzz(100_000, 2_000)
    assert counts.rejected + counts.accepted >= 100_000
    assert counts.accepted
    assert counts.ran == counts.results + counts.told
