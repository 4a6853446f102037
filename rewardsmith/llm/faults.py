"""What can go wrong with one request, in one sentence, and whether to try again."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rewardsmith.llm.bounds import Exchange
from rewardsmith.llm.redaction import redact
from rewardsmith.llm.request import ModelSettings

_LONGEST = 400
_REPEATED = frozenset({408, 409, 425, 429})
_REDIRECTION = 300
_SERVER = 500
_QUOTA = (
    "insufficient_quota",
    "exceeded your current quota",
    "credit balance is too low",
    "billing_hard_limit",
    "insufficient credits",
    "insufficient balance",
)
_VARIABLES = {
    "bedrock": "AWS_ACCESS_KEY_ID",
    "fireworks_ai": "FIREWORKS_API_KEY",
    "huggingface": "HF_TOKEN",
    "together_ai": "TOGETHERAI_API_KEY",
    "vertex_ai": "GOOGLE_APPLICATION_CREDENTIALS",
}
"""Where a provider's variable is not its name and _API_KEY."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request brought no reply."""

    message: str
    """Redacted."""
    again: bool = False
    """Whether another attempt may help."""
    refused: bool = False
    """Whether every other request would fail in the same way."""
    status: int | None = None
    wait: float | None = None
    """Seconds that the server asks for."""
    late: bool = False
    """Whether it only says that the time was over."""


class KeyMissing(Exception):
    """There is no key for a service that wants one."""


def broken(message: str) -> Fault:
    """A reply that is none; it may be one the next time."""
    return Fault(redact(message), again=True)


def own_fault(exchange: Exchange) -> Fault | None:
    """The bound that the exchange ran into."""
    if exchange.too_large:
        return Fault(f"the reply is larger than {exchange.reply_limit:,} bytes")
    if exchange.late or exchange.remaining() <= 0:
        return Fault("no complete reply in time", again=True, late=True)
    return None


def fault_of(error: BaseException, exchange: Exchange, settings: ModelSettings) -> Fault:
    """The fault behind a client's exception."""
    if fault := own_fault(exchange):
        return fault
    if isinstance(error, KeyMissing):
        return Fault(f"no key: set {key_variable(settings.model)}", refused=True)
    status = exchange.status
    if status is None:
        found: Any = getattr(error, "status_code", None)
        status = found if isinstance(found, int) else None
    detail = shortened(error)
    answered = exchange.status is not None and exchange.status < _REDIRECTION
    if status is None or answered:
        what = "broken reply" if exchange.status else "no connection"
        again = not isinstance(error, ImportError | TypeError)
        return Fault(f"{what}: {detail}", again=again, status=exchange.status)
    return _of_status(status, detail, exchange, settings)


def _of_status(status: int, detail: str, exchange: Exchange, settings: ModelSettings) -> Fault:
    if any(sign in detail.lower() for sign in _QUOTA):
        return Fault(f"the account's quota is used up: {detail}", refused=True, status=status)
    if status in (401, 403):
        where = f" at {redact(settings.api_base)}" if settings.api_base else ""
        variable = key_variable(settings.model)
        return Fault(
            f"the key is refused{where} ({status}); check the environment variable {variable}: "
            f"{detail}",
            refused=True,
            status=status,
        )
    if status in (402, 404):
        what = "no such model or address" if status == 404 else "payment is required"  # noqa: PLR2004
        return Fault(f"{what} ({status}): {detail}", refused=True, status=status)
    again = status in _REPEATED or status >= _SERVER
    what = "the server fails" if status >= _SERVER else "the server refuses"
    wait = seconds_to_wait(exchange.retry_after) if again else None
    return Fault(f"{what} ({status}): {detail}", again=again, status=status, wait=wait)


def key_variable(model: str) -> str:
    """The environment variable in which the model's provider expects a key."""
    provider, slash, _ = model.partition("/")
    if not slash:
        return "of its provider"
    return _VARIABLES.get(provider, f"{provider.upper().replace('-', '_')}_API_KEY")


def shortened(error: BaseException) -> str:
    """An exception in one redacted line."""
    told = str(error).partition("Traceback (most recent call last)")[0]
    text = " ".join(redact(told or type(error).__name__).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def seconds_to_wait(header: str) -> float | None:
    """The Retry-After header, seconds or a date; None where it says nothing."""
    header = header.strip()
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.fromtimestamp(time.time(), UTC)).total_seconds())
