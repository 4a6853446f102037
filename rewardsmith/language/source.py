"""From text to syntax tree: whatever the text is, a tree or faults and never a crash."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings

from rewardsmith.language.faults import Fault

MOST_BYTES = 65_536
MOST_DEPTH = 100
"""Levels of a syntax tree; a sum of a hundred terms is the deepest that anyone writes."""
MOST_NODES = 20_000
"""Nodes of a syntax tree; a reward of a hundred lines has two thousand."""
_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\u2028\u2029\x85]")


def parse_text(source: str) -> tuple[ast.Module | None, list[Fault]]:
    """The tree of a reward file, or None with the faults of its text."""
    faults = _text_faults(source)
    if faults:
        return None, faults
    tree, fault = _parse(source)
    if tree is None or fault is not None:
        return None, [fault] if fault else []
    deep, large = _measured(tree)
    if deep:
        return None, [_too_deep()]
    if large:
        message = f"the code has more than {MOST_NODES} parts; write a shorter reward"
        return None, [Fault("too-large", None, message)]
    return tree, _name_faults(source)


def _text_faults(source: str) -> list[Fault]:
    """What is wrong with the text as text."""
    try:
        size = len(source.encode("utf-8"))
    except UnicodeEncodeError:
        return [Fault("text", None, "the text holds half a character (a surrogate); remove it")]
    if size > MOST_BYTES:
        message = f"the file has {size} bytes; write a reward of at most {MOST_BYTES} bytes"
        return [Fault("too-large", None, message)]
    if found := _CONTROL.search(source):
        line = source.count("\n", 0, found.start()) + 1
        message = f"the control character U+{ord(found[0]):04X} stands in the text; remove it"
        return [Fault("text", line, message)]
    for line, text in enumerate(source.splitlines()[:2], start=1):
        cookie = _COOKIE.match(text)
        if cookie and cookie[1].lower().replace("_", "-") not in {"utf-8", "utf8", "ascii"}:
            message = f"the file declares the encoding {cookie[1]}; remove that comment"
            return [Fault("coding", line, message)]
    return []


def _parse(source: str) -> tuple[ast.Module | None, Fault | None]:
    """The parser's tree, or its complaint as a fault."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.removeprefix("\ufeff")), None
    except SyntaxError as error:
        text = (error.text or "").strip()
        place = f" at `{text[:80]}`" if text else ""
        message = f"not valid Python: {error.msg}{place}; write the whole file again, complete"
        return None, Fault("syntax", error.lineno, message)
    except (RecursionError, MemoryError):
        return None, _too_deep()
    except (ValueError, OverflowError) as error:
        return None, Fault("syntax", None, f"not valid Python: {error}")


def _too_deep() -> Fault:
    message = "expressions or blocks are nested too deeply; give the parts names and combine those"
    return Fault("too-deep", None, message)


def _measured(tree: ast.AST) -> tuple[bool, bool]:
    """Whether the tree has too many levels, or too many nodes, found without recursion."""
    level: list[ast.AST] = [tree]
    count = 0
    for _ in range(MOST_DEPTH):
        count += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False, count > MOST_NODES
    return True, False


def _name_faults(source: str) -> list[Fault]:
    """Names with characters beyond ASCII, which Python would silently read as other names."""
    if source.isascii():
        return []
    faults: list[Fault] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.removeprefix("\ufeff")).readline):
            outside = token.type in {tokenize.COMMENT, tokenize.STRING}
            if not outside and not token.string.isascii() and token.type < tokenize.COMMENT:
                if "FSTRING" in tokenize.tok_name[token.type]:
                    continue
                message = f"the name {token.string!r} is not plain ASCII; use letters a to z"
                faults.append(Fault("ascii-name", token.start[0], message))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        faults.append(Fault("syntax", None, "the text cannot be split into Python's tokens"))
    return faults
