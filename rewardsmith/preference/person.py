"""A person's preferences: two behaviours are shown, a line says which is nearer to the task.

The same lines work at a terminal, over a pipe and in a file of answers:

    1 it stays upright
    2
    same
    enough
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

ENOUGH = "enough"
"""No further comparison of this kind."""
ANSWERS = {"1": 1.0, "2": 0.0, "same": 0.5}
HELP = "1 or 2 (why, if you like), same, or enough for no more comparisons now"
MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Showing:
    """One comparison as a person sees it."""

    task: str
    first: str
    """What the first policy did, in words and numbers."""
    second: str
    number: int
    most: int
    frames: str = ""
    """Path of a picture of both, where the simulator draws."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person says: `won` by the first; None where they want no more."""

    won: float | None
    words: str = ""


class PreferenceSession:
    """Asks a person to compare: lines in from one stream, words out to another."""

    def __init__(self, lines: TextIO, words: TextIO) -> None:
        self._lines = lines
        self._words = words

    def ask(self, showing: Showing) -> Choice:
        """Which of the two they prefer; where no line is left, that is `enough`."""
        self._say(f"\nComparison {showing.number} of at most {showing.most}. {showing.task}\n")
        self._say(f"\n1:\n{_indented(showing.first)}\n\n2:\n{_indented(showing.second)}\n")
        if showing.frames:
            self._say(f"\nFrames of an episode of each, 1 above 2: {showing.frames}\n")
        self._say(f"\nWhich is nearer to the task? {HELP}\n")
        while True:
            self._say("> ")
            line = self._lines.readline()
            if not line:
                self._say(f"{ENOUGH} (no more answers)\n")
                return Choice(None)
            if not self._lines.isatty():
                self._say(line if line.endswith("\n") else line + "\n")
            choice = parse_choice(line)
            if choice is not None:
                return choice
            if line.strip() and not line.lstrip().startswith("#"):
                self._say(f"{line.strip()!r} is no answer; {HELP}\n")

    def _say(self, text: str) -> None:
        self._words.write("".join(c if c.isprintable() or c in "\n\t" else " " for c in text))
        self._words.flush()


def parse_choice(line: str) -> Choice | None:
    """The answer on a line; None where there is none."""
    plain = "".join(c if c.isprintable() else " " for c in line).strip()
    word, _, rest = plain.partition(" ")
    if word.lower() in ANSWERS:
        return Choice(ANSWERS[word.lower()], rest.strip()[:MOST_WORDS])
    return Choice(None) if plain.lower() == ENOUGH else None


def skip_answered(lines: TextIO, generations: int, comparisons: int) -> None:
    """Read past what was answered before a run stopped.

    So many generations were ended by `go` or `stop`, and so many lines answered a comparison.
    """
    while generations > 0 or comparisons > 0:
        line = lines.readline()
        if not line:
            return
        if line.strip().lower() in ("go", "stop"):
            generations -= 1
        elif parse_choice(line) is not None:
            comparisons -= 1


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())
