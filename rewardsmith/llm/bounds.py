"""Bounds on one HTTP exchange: a total deadline and a largest reply, whatever the client does.

The clients' own time-outs are per read, so a slow drip lasts for ever.  `bounded_call` gives
up on time in any case; the hooks below also end the exchange itself, so that what was given up
does not go on reading.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

_COMPRESSION = 50
"""A compressed reply may unfold to about this many times its size."""
_SLACK = 0.25
"""Seconds by which a read's own time-out is later than the deadline, which is to be first."""


@dataclass(slots=True)
class Exchange:
    """The bounds of one exchange, and what was seen of it."""

    ends: float
    """Of the monotonic clock, seconds."""
    reply_limit: int
    """Bytes."""
    status: int | None = None
    retry_after: str = ""
    too_large: bool = False
    late: bool = False

    def remaining(self) -> float:
        """Seconds that are left, never negative."""
        return max(0.0, self.ends - time.monotonic())


class OutOfBounds(Exception):
    """Ends an exchange from within the client."""


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def bounded_call(function: Callable[[], T], exchange: Exchange) -> T:
    """What the function gives; raises its exception, or TimeoutError once the time is over.

    It runs in a daemon thread, so that one that never returns holds up neither the caller nor
    the end of the program.
    """
    answers: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        _current.set(exchange)
        try:
            answers.put((function(), None))
        except BaseException as error:  # noqa: BLE001  handed to the caller's thread
            answers.put((None, error))

    threading.Thread(target=run, name="rewardsmith-llm", daemon=True).start()
    try:
        value, error = answers.get(timeout=exchange.remaining())
    except Empty:
        exchange.late = True
        raise TimeoutError from None
    if error is not None:
        raise error
    return value  # pyright: ignore[reportReturnType]  None only where T allows it


def bound_request(request: httpx.Request) -> None:
    """Before a request goes out: no wait longer than what is left, no compression."""
    exchange = _current.get()
    if exchange is None:
        return
    left = exchange.remaining() + _SLACK
    request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
    request.headers["Accept-Encoding"] = "identity"


def bound_response(response: httpx.Response) -> None:
    """Before a reply is read: bound what is read of it."""
    exchange = _current.get()
    if exchange is None:
        return
    exchange.status = response.status_code
    exchange.retry_after = response.headers.get("retry-after", "")
    response.stream = bounded_stream(response, exchange)


def bounded_stream(response: httpx.Response, exchange: Exchange) -> Any:
    """The reply's body as a stream that ends at the bounds."""
    import httpx

    plain = response.headers.get("content-encoding", "identity") == "identity"
    limit = exchange.reply_limit if plain else exchange.reply_limit // _COMPRESSION
    inner: Any = response.stream

    class Bounded(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            seen = 0
            for chunk in inner:
                seen += len(chunk)
                exchange.too_large = seen > limit
                exchange.late = exchange.remaining() <= 0
                if exchange.too_large or exchange.late:
                    raise OutOfBounds
                yield chunk

        def close(self) -> None:
            inner.close()

    return Bounded()


def bounded_client() -> httpx.Client:
    """An HTTP client that keeps to the bounds of the exchange that it is used in."""
    import httpx

    return httpx.Client(
        event_hooks={"request": [bound_request], "response": [bound_response]},
        follow_redirects=True,
        max_redirects=3,
    )


def bounded_transport() -> httpx.BaseTransport:
    """The same for a client that only lets its transport be chosen; knows no proxies."""
    import httpx

    class BoundedTransport(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            bound_request(request)
            response = super().handle_request(request)
            bound_response(response)
            return response

    return BoundedTransport()
