"""Other readings of an answer whose code does not parse: what displays, editors and chats spoil.

Each changes only what stands between the code and its parser, never what the code computes.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator

from rewardsmith.proposers.definitions import ENTRY, defined, is_entry, parse

_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("−–—‒‐‑", "-")
    | dict.fromkeys("×∗⋅·", "*")
    | dict.fromkeys("÷∕", "/")
    | dict.fromkeys("\u2002\u2003\u2007\u2009\u202f\u3000", " ")
    | {"≤": "<=", "≥": ">=", "≠": "!=", "（": "(", "）": ")", "，": ",", "：": ":"}
)
_TAGS = re.compile(r"</?(?:pre|code)\b[^>\n]{0,200}>", re.IGNORECASE)
_FENCE_BEFORE = re.compile(
    r"^([ \t]*(?:`{3}|~{3})\w*)[ \t]+(?=(?:def|import|from|@)\b)", re.MULTILINE
)
_FENCE_BEHIND = re.compile(r"(?<=[^\s`~])[ \t]*(`{3}|~{3})[ \t]*$", re.MULTILINE)
_PROMPT = re.compile(r"^([ \t]*)(?:>>>|\.\.\.) ?", re.MULTILINE)
_NUMBERED = re.compile(rf"^[ \t]*\d{{1,4}}[:|.]?[ \t]+def {ENTRY}\b", re.MULTILINE)
_NUMBER = re.compile(r"^[ \t]*\d{1,4}[:|.]?(?: |$)", re.MULTILINE)
_TAB_WIDTHS = (4, 8)


def readings(text: str) -> Iterator[str]:
    """The text as it could have been meant, each reading on top of the one before it."""
    yield text
    seen = {text}
    for reading in _readings(text):
        if reading not in seen:
            seen.add(reading)
            yield reading


def _readings(text: str) -> Iterator[str]:
    if _TAGS.search(text):
        text = html.unescape(_TAGS.sub("\n", text))
        yield text
    text = _FENCE_BEHIND.sub(r"\n\1", _FENCE_BEFORE.sub(r"\1\n", text))
    yield text
    text = _PROMPT.sub(r"\1", text)
    if _NUMBERED.search(text):
        text = _NUMBER.sub("", text)
    yield text
    if f"def {ENTRY}" in text and "\\n" in text:
        yield text.replace("\\n", "\n").replace('\\"', '"')
    text = text.translate(_TYPOGRAPHY)
    yield text
    yield from (text.expandtabs(width) for width in _TAB_WIDTHS)


def without_examples(source: str) -> str:
    """The source without what only tries the reward out: calls of it, prints, `if __name__`.

    Nothing that stands at the module's level behind the function can change what it computes
    but by a name that it reads; such statements stay.
    """
    tree = parse(source)
    body = tree.body if tree is not None else []
    entry = next((place for place, found in enumerate(body) if is_entry(found)), len(body))
    examples = [found for found in body[entry + 1 :] if _is_example(found)]
    if not examples:
        return source
    lines = source.split("\n")
    for found in reversed(examples):
        del lines[found.lineno - 1 : found.end_lineno]
    kept = "\n".join(lines).rstrip("\n") + "\n"
    return kept if parse(kept) is not None else source


def _is_example(statement: ast.stmt) -> bool:
    """Whether a statement calls the reward, prints, or asks whether this is the main program."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return False
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    tries = ENTRY in names or "print" in names or "__name__" in names
    return tries and ENTRY not in defined(statement)
