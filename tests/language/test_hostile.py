"""The static wall alone: every hostile snippet is rejected with a clean reason."""

from __future__ import annotations

import textwrap

import pytest
from hostile_code import BLOCKS, BODIES, FILES

from rewardsmith.language import check_language

TEMPLATE = """\
CONSTANT = [1, 2]
TABLE = {{"n": 1}}
ARRAY = np.array([1.0, 2.0])


def compute_reward(x):
{body}
    return x, {{"x": x}}
"""
LINES = [line for line in BODIES if not line.startswith("#")]


def in_template(body: str) -> str:
    return TEMPLATE.format(body=textwrap.indent(body, "    "))


def test_the_template_itself_is_accepted():
    assert check_language(in_template("y = 1")) == ()


def test_there_are_many():
    assert len(set(LINES)) == len(LINES)
    assert len(LINES) + len(BLOCKS) + len(FILES) >= 350


@pytest.mark.parametrize("body", LINES)
def test_a_hostile_line_is_rejected(body):
    reasons = check_language(in_template(body))
    assert reasons
    assert all(reason.message and reason.rule and not reason.warning for reason in reasons)


@pytest.mark.parametrize("body", BLOCKS)
def test_a_hostile_block_is_rejected(body):
    assert check_language(in_template(body))


@pytest.mark.parametrize("source", FILES, ids=lambda source: repr(source[:40]))
def test_a_hostile_file_is_rejected(source):
    reasons = check_language(source)
    assert reasons
    assert all(len(reason.message) < 1_000 for reason in reasons)
