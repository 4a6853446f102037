"""Takes keys out of text before a person, a log or a file sees it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_SECRET_NAME = re.compile(
    r"(^|_)(API_?KEY|KEY|KEY_ID|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(_|$)", re.IGNORECASE
)
_SHORTEST_SECRET = 6
"""Shorter values are words like `true`, whose removal would only garble a message."""

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # OpenAI repeats a refused key with stars in its middle.
    (
        re.compile(
            r"\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|glpat|pplx|r8|nvapi|csk|fw|tgp)[-_][\w*.-]{6,}"
        ),
        "[key]",
    ),
    (re.compile(r"\b(?:AIza[\w*-]{10,}|(?:AKIA|ASIA)[A-Z0-9*]{8,})"), "[key]"),
    (re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"), "[key]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/*=-]{6,}"), r"\1 [key]"),
    (re.compile(r"(?i)([?&](?:api[_-]?)?(?:key|token|secret)=)[^&\s'\"]+"), r"\1[key]"),
    (
        re.compile(r"(?i)((?:x-)?(?:api|goog-api)[_-]key['\"]?\s*[:=]\s*['\"]?)[^\s'\",}]+"),
        r"\1[key]",
    ),
    (re.compile(r"(\w+://)[^/\s:@'\"]+:[^/\s@'\"]+@"), r"\1[key]@"),
)


def redact(text: str, environment: Mapping[str, str] | None = None) -> str:
    """The text without the values of key-like environment variables and without key-like words."""
    for name, value in secrets(environment):
        for form in {value, quote(value, safe=""), quote(value)}:
            text = text.replace(form, f"[{name}]")
    for pattern, replacement in _SHAPES:
        text = pattern.sub(replacement, text)
    return text


def secrets(environment: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    """(name, value) of every environment variable that looks like a key, the longest first."""
    variables = os.environ if environment is None else environment
    found = [
        (name, value.strip())
        for name, value in variables.items()
        if _SECRET_NAME.search(name) and len(value.strip()) >= _SHORTEST_SECRET
    ]
    return tuple(sorted(found, key=lambda pair: (-len(pair[1]), pair[0])))


class RedactionFilter(logging.Filter):
    """Redacts what a client's own logger says."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; an exception's text is folded into the message."""
        message = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            message += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        record.msg, record.args = redact(message), None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def redact_loggers(*names: str) -> None:
    """Put a redaction filter on each named logger, once."""
    for name in names:
        logger: Any = logging.getLogger(name)
        if not any(isinstance(item, RedactionFilter) for item in logger.filters):
            logger.addFilter(RedactionFilter())
