"""What others wrote is shown as text, whatever it is made of."""

import pytest

from rewardsmith.cli.output import say, tell
from rewardsmith.text import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text,\n\tindented", "plain text,\n\tindented"),
        ("caf\u00e9 \u2192 \u00b11", "caf\u00e9 \u2192 \u00b11"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("one\r\ntwo", "one\ntwo"),
        ("shown\rhidden", r"shown\rhidden"),
        ("abc\x08\x7f\x9b1m", r"abc\x08\x7f\x9b1m"),
        ("user\u202enimda\u2066", r"user\u202enimda\u2066"),
        ("half \ud800", r"half \ud800"),
        ("a\u00a0b\u202fc", "a b c"),
        ("zero\u200bwidth\U000e0041", r"zero\u200bwidth\U000e0041"),
    ],
)
def test_nothing_but_letters_line_ends_and_tabs_reaches_a_terminal(text, shown):
    assert visible(text) == shown


def test_both_streams_are_kept_clean(capsys):
    say("\x1b[31mred")
    tell("\x1b[31mred")
    out, err = capsys.readouterr()
    assert out == err == "\\x1b[31mred\n"
