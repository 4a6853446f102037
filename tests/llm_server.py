"""A server on loopback that speaks OpenAI's chat completions (and Ollama's), and misbehaves.

    with FakeLlm("some text", status(500), hang) as server:
        ... server.url ... server.requests

Each request takes the next act of the script, the last one again and again.  An act is a text to
answer with, or a function of the request in progress.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(part["text"] for part in self.parts if part["type"] == "text")

    @property
    def parts(self) -> list[dict[str, Any]]:
        """All messages' parts in order: texts, and pictures where there are some."""
        found: list[dict[str, Any]] = []
        for message in self.body["messages"]:
            content = message["content"]
            found += [{"type": "text", "text": content}] if isinstance(content, str) else content
        return found


class Exchange:
    """A request in progress: what came, and ways to answer."""

    def __init__(self, handler: BaseHTTPRequestHandler, received: Received, server: FakeLlm):
        self.handler, self.received, self.server = handler, received, server

    @property
    def ollama(self) -> bool:
        return self.received.path.endswith("/api/chat")

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self.handler.send_response(status)
        for name, value in {**fields, **(headers or {})}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()


Act = str | Callable[[Exchange], None]


def answer(
    text: str | None,
    *,
    finish: str = "stop",
    usage: tuple[int, int] | None = (100, 50),
    model: str | None = None,
    **message: Any,
) -> Callable[[Exchange], None]:
    """A well-formed answer."""

    def act(exchange: Exchange) -> None:
        name = model or exchange.received.body.get("model", "fake")
        said = {"role": "assistant", "content": text, **message}
        if exchange.ollama:
            body: dict[str, Any] = {"model": name, "message": said, "done": True}
            body |= {"done_reason": finish, "created_at": "2026-01-01T00:00:00Z"}
            if usage:
                body |= {"prompt_eval_count": usage[0], "eval_count": usage[1]}
        else:
            choice = {"index": 0, "message": said, "finish_reason": finish}
            body = {"id": "c1", "object": "chat.completion", "created": 0, "model": name}
            body["choices"] = [choice]
            if usage:
                counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
                body["usage"] = {**counts, "total_tokens": sum(usage)}
        exchange.send(200, json.dumps(body).encode())

    return act


def status(
    code: int, message: str = "refused", kind: str = "some_error", **headers: str
) -> Callable[[Exchange], None]:
    """An error in OpenAI's form; `retry_after="1"` becomes the header Retry-After."""

    def act(exchange: Exchange) -> None:
        body = {"error": {"message": message, "type": kind, "code": kind, "param": None}}
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.send(code, json.dumps(body).encode(), fields)

    return act


def refuse_key(exchange: Exchange) -> None:
    """A 401 that repeats the key, as providers do."""
    key = exchange.received.headers.get("authorization", "").removeprefix("Bearer ")
    status(401, f"Incorrect API key provided: {key}.", "invalid_api_key")(exchange)


def html(exchange: Exchange) -> None:
    """A 200 with a page: a captive portal, a proxy's greeting."""
    page = b"<html><body>Please log in</body></html>"
    exchange.send(200, page, {"Content-Type": "text/html"})


def broken_json(exchange: Exchange) -> None:
    """A 200 whose JSON ends too early."""
    exchange.send(200, b'{"id": "c1", "choices": [{"mess')


def error_in_200(exchange: Exchange) -> None:
    """A 200 that carries an error."""
    exchange.send(200, b'{"error": {"message": "the model is overloaded"}}')


def hang(exchange: Exchange) -> None:
    """Never answers."""
    exchange.server.closing.wait(60)


def drip(exchange: Exchange) -> None:
    """A byte of white space now and then, for ever: no read ever times out."""
    exchange.handler.send_response(200)
    exchange.handler.send_header("Content-Type", "application/json")
    exchange.handler.end_headers()
    while not exchange.server.closing.wait(0.02):
        exchange.write(b" ")


def huge(size: int) -> Callable[[Exchange], None]:
    """A valid answer of so many bytes, without its length in the header."""

    def act(exchange: Exchange) -> None:
        exchange.handler.send_response(200)
        exchange.handler.send_header("Content-Type", "application/json")
        exchange.handler.end_headers()
        exchange.write(b'{"choices": [{"message": {"content": "')
        for _ in range(size // 65536 + 1):
            exchange.write(b"x" * 65536)
        exchange.write(b'"}}]}')

    return act


def reset(exchange: Exchange) -> None:
    """A connection that is reset in the middle of a reply."""
    exchange.handler.send_response(200)
    exchange.handler.send_header("Content-Length", "10000")
    exchange.handler.end_headers()
    exchange.write(b'{"choices": [')
    linger = struct.pack("ii", 1, 0)
    exchange.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    exchange.handler.connection.close()


class FakeLlm:
    """The server; one thread a connection, all gone when closed."""

    def __init__(self, *script: Act) -> None:
        self._script = list(script)
        self._lock = threading.Lock()
        self.requests: list[Received] = []
        self.closing = threading.Event()
        self.most_at_once = 0
        self._now = 0

    @property
    def address(self) -> str:
        """Without a path, as Ollama's clients want it."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """As OpenAI's clients want it."""
        return f"{self.address}/v1"

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_POST(self) -> None:
                fake._serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 64

            def handle_error(self, *_: Any) -> None:
                """Clients that hang up are what is tested."""

        self._http = Server(("127.0.0.1", 0), Handler)
        loop = {"poll_interval": 0.01}
        threading.Thread(target=self._http.serve_forever, kwargs=loop, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", 0))
        body = json.loads(handler.rfile.read(length))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        received = Received(handler.path, headers, body)
        with self._lock:
            self.requests.append(received)
            act = self._script.pop(0) if len(self._script) > 1 else self._script[0]
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            (answer(act) if isinstance(act, str) else act)(Exchange(handler, received, self))
        finally:
            with self._lock:
                self._now -= 1
