"""The two clients behind one function: `openai/*` by openai, every other prefix by litellm.

Each is imported when it is first called.  Neither retries, and what they give is read with
distrust: a 200 may carry HTML, an error, or no choices at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.request import getproxies

from rewardsmith.llm.bounds import Exchange, bounded_call, bounded_client, bounded_transport
from rewardsmith.llm.faults import Fault, KeyMissing, broken, fault_of
from rewardsmith.llm.redaction import redact_loggers
from rewardsmith.llm.request import CompletionRequest, ModelSettings

_MOST_TOKENS = 10**9
LOCAL_KEY = "no-key-needed"
"""What is sent as a key to an address of one's own that wants none."""


@dataclass(frozen=True, slots=True)
class Options:
    """What may have to change between two attempts, because the service does not take it."""

    max_tokens: int
    temperature: float | None
    tokens_name: str = "max_tokens"

    def arguments(self) -> dict[str, Any]:
        """As the clients' keyword arguments."""
        arguments: dict[str, Any] = {self.tokens_name: self.max_tokens}
        if self.temperature is not None:
            arguments["temperature"] = self.temperature
        return arguments


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request brought."""

    text: str
    finish_reason: str
    model: str
    """As the server names itself."""
    prompt_tokens: int | None
    completion_tokens: int | None


def first_options(request: CompletionRequest, settings: ModelSettings) -> Options:
    """The options of the first attempt."""
    # OpenAI's own reasoning models refuse the old name, most local servers know no other.
    own = is_openai(settings) and not openai_address(settings)
    return Options(
        max_tokens=request.max_tokens or settings.max_tokens,
        temperature=request.temperature,
        tokens_name="max_completion_tokens" if own else "max_tokens",
    )


def adapted(options: Options, fault: Fault) -> Options | None:
    """Options that a service which refused these may take; None where nothing comes to mind."""
    text = fault.message.lower()
    if fault.status not in (400, 422):
        return None
    if "temperature" in text and options.temperature is not None:
        return replace(options, temperature=None)
    if "max_completion_tokens" in text and options.tokens_name == "max_tokens":
        return replace(options, tokens_name="max_completion_tokens")
    if "max_completion_tokens" in text and "context" not in text:
        return replace(options, tokens_name="max_tokens")
    if ("context" in text or "max_tokens" in text) and options.max_tokens >= 1024:  # noqa: PLR2004  a useful answer needs so many
        return replace(options, max_tokens=options.max_tokens // 4)
    return None


def is_openai(settings: ModelSettings) -> bool:
    """Whether the openai client takes the request."""
    return settings.model.startswith("openai/")


def openai_address(settings: ModelSettings) -> str:
    """The address of one's own that `openai/*` goes to; empty for OpenAI itself."""
    return settings.api_base or os.environ.get("OPENAI_BASE_URL", "")


def ask(
    request: CompletionRequest, settings: ModelSettings, options: Options, exchange: Exchange
) -> Reply | Fault:
    """One request, once; whatever goes wrong is a fault, never an exception."""
    messages = request.body()
    call = _ask_openai if is_openai(settings) else _ask_litellm
    try:
        answer = bounded_call(lambda: call(settings, messages, options, exchange), exchange)
    except Exception as error:  # noqa: BLE001  the clients raise what they like
        return fault_of(error, exchange, settings)
    return _reply(answer)


def _ask_openai(
    settings: ModelSettings, messages: list[Any], options: Options, exchange: Exchange
) -> Any:
    import openai

    address = openai_address(settings)
    key = os.environ.get("OPENAI_API_KEY") or (LOCAL_KEY if address else "")
    if not key:
        raise KeyMissing
    with bounded_client() as http:
        client = openai.OpenAI(
            api_key=key,
            base_url=address or None,
            max_retries=0,
            timeout=exchange.remaining(),
            http_client=http,
        )
        return client.chat.completions.create(
            model=settings.model.removeprefix("openai/"), messages=messages, **options.arguments()
        )


def load_client(settings: ModelSettings) -> None:
    """Import the client that the model needs."""
    if is_openai(settings):
        import openai

        redact_loggers("openai", "openai._base_client", "httpx")
        del openai
    else:
        load_litellm()


def load_litellm() -> Any:
    """The litellm module, silent, without its look-ups at import and its reading of `.env`."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm

    module: Any = litellm
    if getattr(module, "sync_transport", None) is None and not module.client_session:
        module.suppress_debug_info = True  # it prints to stdout
        module.client_session = bounded_client()
        if not getproxies():
            module.sync_transport = bounded_transport()
        redact_loggers("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "openai._base_client")
    return module


def _ask_litellm(
    settings: ModelSettings, messages: list[Any], options: Options, exchange: Exchange
) -> Any:
    litellm = load_litellm()
    own = litellm_key(settings)
    if settings.model.startswith("ollama"):
        # Else litellm asks for the model's price and abilities, here and at localhost.
        entry = {"litellm_provider": settings.model.partition("/")[0], "mode": "chat"}
        litellm.model_cost.setdefault(settings.model, entry)
    return litellm.completion(
        model=settings.model,
        messages=messages,
        api_base=settings.api_base or None,
        api_key=own,
        timeout=exchange.remaining(),
        num_retries=0,
        max_retries=0,
        drop_params=True,
        **options.arguments(),
    )


def litellm_key(settings: ModelSettings) -> str | None:
    """A stand-in where an address of one's own is called and no key is set, else litellm's way."""
    if not settings.api_base:
        return None
    provider = settings.model.partition("/")[0].upper().replace("-", "_")
    return None if os.environ.get(f"{provider}_API_KEY") else LOCAL_KEY


def _get(value: Any, name: str) -> Any:
    """An entry of a mapping or an attribute of an object; None where there is none."""
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None)


def _reply(answer: Any) -> Reply | Fault:
    """The reply in whatever the client gave."""
    if isinstance(answer, str | bytes) or answer is None:
        return broken(f"the server answered with text that is no JSON: {answer!r:.200}")
    if error := _get(answer, "error"):
        detail = _get(error, "message") or error
        return broken(f"the server answered 200 with an error: {detail!s:.300}")
    choices = _get(answer, "choices")
    if not isinstance(choices, list | tuple) or not choices:
        return broken("the server's answer has no choices")
    message = _get(choices[0], "message")
    usage = _get(answer, "usage")
    finish = str(_get(choices[0], "finish_reason") or "unknown")
    said = _text(_get(message, "content")) or _text(_get(message, "refusal"))
    return Reply(
        text=said if said.strip() else _misplaced(message, finish) or said,
        finish_reason=finish,
        model=str(_get(answer, "model") or ""),
        prompt_tokens=_count(_get(usage, "prompt_tokens")),
        completion_tokens=_count(_get(usage, "completion_tokens")),
    )


def _misplaced(message: Any, finish: str) -> str:
    """The answer of a server that takes all of it for reasoning; empty where it holds no code."""
    reasoned = _text(_get(message, "reasoning_content")) or _text(_get(message, "reasoning"))
    return reasoned if finish == "stop" and "```" in reasoned else ""


def _text(content: Any) -> str:
    """The words of a message, also where they come in parts."""
    if isinstance(content, str):
        # Half a surrogate pair can stand in JSON and cannot be stored.
        return content.encode("utf-8", "replace").decode("utf-8")
    if isinstance(content, list | tuple):
        return "".join(map(_text, content))
    return _text(_get(content, "text")) if content is not None else ""


def _count(value: Any) -> int | None:
    """A number of tokens; nobody uses none at all, nor more than there can be: "not counted"."""
    return value if isinstance(value, int) and 0 < value < _MOST_TOKENS else None
