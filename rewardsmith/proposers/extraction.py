"""Finds the reward in a model's answer: the code, and the prose around it.  Executes nothing."""

from __future__ import annotations

import ast
import html
import json
import re
import textwrap
from dataclasses import dataclass, replace
from itertools import accumulate

from rewardsmith.proposers import EXTRACTION_RULE
from rewardsmith.proposers.definitions import (
    DEFINING,
    ENTRY,
    defined,
    is_entry,
    parse,
    parse_or_line,
    with_helpers,
)
from rewardsmith.proposers.mending import readings, without_examples
from rewardsmith.records import Reason

_LONGEST_ANSWER = 200_000
"""Characters that are looked at; a reward is a hundredth of that."""

_THINKING = ("think", "thinking", "reasoning")
_FENCE = re.compile(r"^[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[^\s`~]*)[^\n]*$")
_OTHER_LANGUAGES = frozenset({"bash", "sh", "shell", "console", "diff", "text", "txt", "output"})
_WRAPPERS = frozenset({"markdown", "md"})
_DEFINITION = re.compile(rf"^[ \t>]*(?:async\s+)?def\s+{ENTRY}\b", re.MULTILINE)
_LONGEST_CODE = 65_536
"""Characters of code without a fence that are looked at; the critic takes no more."""
_MOST_CUTS = 60
"""Lines that may turn out to be prose, one after the other, behind code without a fence."""
_CODE_START = re.compile(r"^(?:import |from |def |@|[A-Za-z_]\w*\s*(?::[^=\n]+)?=[^=])")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What an answer holds; `failure` where that is no reward."""

    source: str = ""
    thought: str = ""
    failure: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """One fenced block; `closed` False where the answer ended within it."""

    text: str
    language: str
    closed: bool


def extract(answer: str, *, cut: bool = False) -> Extraction:
    """The reward in an answer, fenced or not, with the helpers and constants that it names.

    Where several blocks define it the last one that parses is taken: models correct themselves.
    `cut` says that the answer reached the limit of tokens.  Where nothing parses as it stands the
    first reading counts that does (`mending`).
    """
    first: Extraction | None = None
    for text in readings(_plain(answer, cut=cut)):
        found = _extract(text, cut=cut)
        if found.failure is None and parse(found.source) is not None:
            return replace(found, source=without_examples(found.source))
        first = first or found
    return first or _extract("", cut=cut)


def _extract(text: str, *, cut: bool) -> Extraction:
    """What the text holds as it stands."""
    blocks, prose = _blocks(text)
    blocks = [block for block in blocks if block.language.lower() not in _OTHER_LANGUAGES]
    source = _from_blocks(blocks) or _from_prose(text) or _from_json(text)
    if source:
        closed = all(block.closed for block in blocks)
        return _checked(source, _thought(prose, source), closed=closed and not cut)
    unescaped = html.unescape(text)
    if unescaped != text and _DEFINITION.search(unescaped):
        return _extract(unescaped, cut=cut)
    return Extraction(thought=prose.strip(), failure=_nothing_found(text, blocks, cut=cut))


def _plain(answer: str, *, cut: bool) -> str:
    """The answer with plain line ends and without the model's thinking."""
    text = answer[:_LONGEST_ANSWER].replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\ufeff", "").replace("\u200b", "").replace("\u00a0", " ")
    said = text
    for tag in _THINKING:
        said = _without(said, f"<{tag}>", f"</{tag}>", cut=cut)
    # Some think to the end and close the tag: then the answer is in there.
    return text if not said.strip() and not cut else said


def _without(text: str, opening: str, closing: str, *, cut: bool) -> str:
    """The text without what stands between the tags; servers may drop the opening one."""
    first = text.find(closing)
    if first >= 0 and opening not in text[:first]:
        text = text[first + len(closing) :]
    parts: list[str] = []
    place = 0
    while (begin := text.find(opening, place)) >= 0:
        parts.append(text[place:begin])
        end = text.find(closing, begin)
        if end < 0:
            # It never stopped thinking: where it was not cut off, the answer is in there.
            place = len(text) if cut else begin + len(opening)
            break
        place = end + len(closing)
    return "".join([*parts, text[place:]]).lstrip("\n")


def _blocks(text: str) -> tuple[list[_Block], str]:
    """The fenced blocks in order, and the lines outside of them."""
    blocks: list[_Block] = []
    prose: list[str] = []
    inside: list[str] | None = None
    fence = language = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        opens = match is not None and match["language"].lower() not in _WRAPPERS
        if inside is not None and match and match["language"] and match["fence"] == fence:
            blocks.append(_Block(_dedented(inside), language, closed=False))
            inside = None
        if inside is None:
            if match and opens:
                inside, fence, language = [], match["fence"], match["language"]
            elif not match:
                prose.append(line)
        elif match and match["fence"].startswith(fence) and not match["language"]:
            blocks.append(_Block(_dedented(inside), language, closed=True))
            inside = None
        else:
            inside.append(line)
    if inside is not None:
        blocks.append(_Block(_dedented(inside), language, closed=False))
    return blocks, "\n".join(prose)


def _dedented(lines: list[str]) -> str:
    """The lines without the indentation or quotation marks that Markdown put before them."""
    filled = [line for line in lines if line.strip()]
    if filled and all(re.match(r"[ \t]*>", line) for line in filled):
        lines = [re.sub(r"^[ \t]*> ?", "", line) for line in lines]
    return textwrap.dedent("\n".join(lines)).strip("\n")


def _from_blocks(blocks: list[_Block]) -> str:
    """The block that defines the reward, with what it needs from the others before it."""
    defining = [i for i, block in enumerate(blocks) if _DEFINITION.search(block.text)]
    if not defining:
        return ""
    parsing = [i for i in defining if parse(blocks[i].text) is not None]
    chosen = (parsing or defining)[-1]
    others = [block.text for i, block in enumerate(blocks) if i not in defining]
    return with_helpers(blocks[chosen].text, others)


def _from_prose(text: str) -> str:
    """Code that stands in the answer without a fence, up to where it stops being code."""
    match = _DEFINITION.search(text)
    if match is None:
        return ""
    lines = text.split("\n")
    definition = text[: match.start()].count("\n")
    start = _first_line(lines, definition)
    for begin in dict.fromkeys((start, definition)):
        if source := _longest_code(_dedented(lines[begin:]).split("\n")):
            return source
    return _dedented(lines[start:])


def _longest_code(lines: list[str]) -> str:
    """The first lines as far as they parse, without words at their end that look like code."""
    ends = accumulate(len(line) + 1 for line in lines)
    lines = [line for line, end in zip(lines, ends, strict=True) if end <= _LONGEST_CODE]
    for _ in range(_MOST_CUTS):
        tree = parse_or_line("\n".join(lines))
        if isinstance(tree, ast.Module):
            kept = [s for s in tree.body if isinstance(s, DEFINING) and defined(s)]
            complete = any(is_entry(statement) for statement in kept)
            return "\n".join(lines[: kept[-1].end_lineno]) if complete else ""
        lines = lines[: max(0, min(tree, len(lines)) - 1)]
    return ""


def _first_line(lines: list[str], definition: int) -> int:
    """Where the code before the definition begins: imports, constants, helpers."""
    start = definition
    for place in range(definition - 1, -1, -1):
        line = lines[place]
        if _CODE_START.match(line):
            start = place
        elif line.strip() and not line.startswith((" ", "\t", "#", ")", "]", "}")):
            break
    return start


def _from_json(text: str) -> str:
    """Code in a string of a JSON object: models that were trained on structured output."""
    begin, end = text.find("{"), text.rfind("}")
    if ENTRY not in text or begin < 0 or end < begin:
        return ""
    try:
        value = json.loads(text[begin : end + 1], strict=False)
    except (ValueError, RecursionError):
        return ""
    entries = list(value.values()) if isinstance(value, dict) else []
    found = [item for item in entries if isinstance(item, str) and _DEFINITION.search(item)]
    if not found:
        return ""
    # An escape in JSON can stand for half a character, which no file can hold.
    whole = found[0].encode("utf-8", "replace").decode("utf-8")
    inner, _ = _blocks(whole)
    return _from_blocks(inner) or whole.strip()


def _checked(source: str, thought: str, *, closed: bool) -> Extraction:
    """The extraction; code that was cut off is a failure, other broken code is the critic's."""
    if parse(source) is None and parse(html.unescape(source)) is not None:
        source = html.unescape(source)
    if not closed and parse(source) is None:
        message = (
            "the answer ends in the middle of the code; write a shorter function, and close the "
            "fenced block"
        )
        return Extraction(source, thought, Reason(rule=EXTRACTION_RULE, message=message))
    return Extraction(source.strip("\n") + "\n", thought)


def _thought(prose: str, source: str) -> str:
    """The prose without the code, where the code stood in it without a fence."""
    kept = prose.replace(source, "") if source in prose else prose
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def _nothing_found(text: str, blocks: list[_Block], *, cut: bool) -> Reason:
    """Why there is no reward in the answer, in words to act on."""
    trees = [tree for block in blocks if (tree := parse(block.text))]
    names = [s.name for tree in trees for s in tree.body if isinstance(s, ast.FunctionDef)]
    if not text.strip():
        message = "the answer is empty"
    elif cut:
        message = f"the answer was cut off before it defined {ENTRY}; think less, write the code"
    elif names:
        message = f"no function named {ENTRY}; there is {', '.join(names)}: name it {ENTRY}"
    elif blocks:
        message = f"the code block does not define {ENTRY}"
    else:
        message = f"no code; answer with one ```python block that defines {ENTRY}"
    return Reason(rule=EXTRACTION_RULE, message=message)
