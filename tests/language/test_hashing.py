"""The hash is of the code's meaning: layout, quotes and comments are free, the rest counts."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from rewards_bank import FILES

from rewardsmith.language import source_hash

PLAIN = "def compute_reward(x, y):\n    total = x + 2.0 * y\n    return total, {'x': x}\n"
SAME = [
    "# a comment\n" + PLAIN,
    PLAIN.replace("2.0 * y", "2.0*y  # weight"),
    PLAIN.replace("'x'", '"x"'),
    PLAIN.replace("x + 2.0 * y", "(\n        x\n        + 2.0 * y\n    )"),
    PLAIN.replace("{'x': x}", "{\n        'x': x,\n    }"),
    PLAIN.replace("    ", "  "),
    PLAIN.replace("\n", "\r\n"),
    PLAIN.replace("2.0", "2.00"),
    "\n\n" + PLAIN + "\n\n",
]
OTHER = [
    PLAIN.replace("2.0", "2.5"),
    PLAIN.replace("2.0", "2"),
    PLAIN.replace("+", "-"),
    PLAIN.replace("'x'", "'xx'"),
    PLAIN.replace("total", "totals"),
    PLAIN.replace("(x, y)", "(y, x)"),
    PLAIN.replace("    total", '    """Words."""\n    total'),
    "import math\n" + PLAIN,
]


@pytest.mark.parametrize("source", SAME)
def test_formatting_and_comments_do_not_change_the_hash(source):
    assert source_hash(source) == source_hash(PLAIN)


@pytest.mark.parametrize("source", OTHER)
def test_what_the_code_says_changes_the_hash(source):
    assert source_hash(source) != source_hash(PLAIN)


def test_text_that_is_no_python_has_a_hash_too():
    hashes = {source_hash(text) for text in ("not python (", "nor this )", "\x00", "\ud800", "")}
    assert len(hashes) == 5


def test_writing_a_file_out_again_from_its_tree_keeps_the_hash():
    for file in FILES:
        source = file.read_text()
        assert source_hash(ast.unparse(ast.parse(source))) == source_hash(source)


def test_a_formatter_keeps_the_hash(tmp_path):
    before = {}
    for file in FILES:
        before[file.name] = source_hash(file.read_text())
        (tmp_path / file.name).write_text(file.read_text())
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-q", str(tmp_path)]
    subprocess.run(command, check=True)
    changed = sum((tmp_path / file.name).read_text() != file.read_text() for file in FILES)
    assert changed > 10
    assert {f.name: source_hash((tmp_path / f.name).read_text()) for f in FILES} == before
