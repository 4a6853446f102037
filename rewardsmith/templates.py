"""Templates: the files in `prompts/` (a user's own copy wins), and the words that fill them.

What comes from outside, code, error texts, a person's words, is quoted as data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rewardsmith import resources
from rewardsmith.errors import UsageError

_LONGEST_SOURCE = 12_000
_LONGEST_TEXT = 6_000


def fill(template: str, values: Mapping[str, Any]) -> str:
    """One template, filled in; every name that it uses must exist.

    `cell`, `quoted`, `fenced` and `numbered` are there in every template.  Raises UsageError
    where the template is missing or wrong.
    """
    import jinja2

    helpers = {"cell": cell, "quoted": quoted, "fenced": fenced, "numbered": numbered}
    try:
        text = _environment().get_template(template).render({**helpers, **values})
    except jinja2.TemplateNotFound as error:
        raise UsageError(
            f"prompt template {error} is missing in ./prompts and the package"
        ) from None
    except jinja2.TemplateError as error:
        place = getattr(error, "name", None) or template
        raise UsageError(f"prompt template {place}: {error}") from error
    return text.strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Any:
    import jinja2

    def load(name: str) -> tuple[str, str, Any] | None:
        path = resources.find("prompts", name)
        if path is None:
            return None
        return path.read_text(encoding="utf-8"), str(path), lambda: False

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  Markdown for a model, no page for a browser
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def cell(text: str) -> str:
    """Text that stays in one cell of a table and on one line."""
    return " ".join(text.split()).replace("|", "\\|")


def quoted(text: str) -> str:
    """Text as a Markdown quotation."""
    return "\n".join(
        f"> {line}".rstrip() for line in _short(text.strip(), _LONGEST_TEXT).splitlines()
    )


def fenced(text: str, language: str) -> str:
    """Text in a fence that is longer than any within it."""
    text = _short(text.strip("\n"), _LONGEST_SOURCE)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def numbered(source: str) -> str:
    """Code with the number of each line in front of it."""
    lines = source.strip("\n").splitlines()
    return "\n".join(f"{number:>3} | {line}" for number, line in enumerate(lines, start=1))


def _short(text: str, most: int) -> str:
    """The beginning and the end of a text that is too long for a prompt."""
    if len(text) <= most:
        return text
    left = len(text) - most
    return f"{text[: most * 3 // 4]}\n[… {left} characters left out …]\n{text[-most // 4 :]}"
