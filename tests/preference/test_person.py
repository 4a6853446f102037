import io
from dataclasses import replace

import pytest

from rewardsmith.preference import PreferenceSession, Showing, skip_answered

SHOWING = Showing(task="spin", first="it spins", second="it lies still", number=2, most=6)


def ask(text):
    words = io.StringIO()
    return PreferenceSession(io.StringIO(text), words).ask(SHOWING), words.getvalue()


@pytest.mark.parametrize(
    ("line", "won", "words"),
    [
        ("1\n", 1.0, ""),
        ("2 the first one falls\n", 0.0, "the first one falls"),
        ("SAME\n", 0.5, ""),
        ("enough\n", None, ""),
        ("", None, ""),
    ],
)
def test_a_line_says_who_is_preferred_and_why(line, won, words):
    choice, told = ask(line)
    assert (choice.won, choice.words) == (won, words)
    assert told.index("it spins") < told.index("it lies still")
    assert "Comparison 2 of at most 6. spin" in told


def test_what_is_no_answer_is_asked_again_and_comments_are_passed_over():
    choice, told = ask("# the fast one\n\nboth\n1\n")
    assert choice.won == 1.0
    assert "'both' is no answer; 1 or 2" in told


def test_where_a_picture_of_both_lies_is_told_and_without_one_nothing():
    words = io.StringIO()
    showing = replace(SHOWING, frames="runs/x/frames/g00-person-p000.png")
    PreferenceSession(io.StringIO("1\n"), words).ask(showing)
    told = "Frames of an episode of each, 1 above 2: runs/x/frames/g00-person-p000.png\n"
    assert told in words.getvalue()
    assert "Frames" not in ask("1\n")[1]


def test_control_characters_reach_no_terminal():
    choice, told = ask("2 \x1b[31mred\n")
    assert "\x1b" not in told + choice.words


def test_a_resumed_run_reads_past_what_was_answered():
    lines = io.StringIO("1\nnote * slow\n# 2\nsame\ngo\n2\nnext\n")
    skip_answered(lines, generations=1, comparisons=3)
    assert lines.readline() == "next\n"
