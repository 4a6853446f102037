"""Text from elsewhere (a model's words, its code, an answer) as a terminal may show it."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    r"""The same text, in which nothing moves the cursor, changes a colour or turns letters round.

    Line ends and tabs stay, unusual spaces become plain ones, every other character that is no
    picture is written out: `\x1b`, `\u202e`.
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def _shown(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode("ascii")
