"""`check_model`: can the chosen model be asked at all?  Found out before anything is trained."""

from __future__ import annotations

import os
from typing import Any

from rewardsmith.errors import UsageError, nearest
from rewardsmith.llm.clients import is_openai, load_litellm, openai_address
from rewardsmith.llm.complete import complete
from rewardsmith.llm.ledger import Ledger
from rewardsmith.llm.redaction import redact
from rewardsmith.llm.request import CompletionRequest, ModelSettings, ProviderRefused
from rewardsmith.records import Completion, Message

_LOCAL = {"ollama": "http://localhost:11434", "ollama_chat": "http://localhost:11434"}
"""Providers that need an address only, and have one."""


def check_model(settings: ModelSettings) -> None:
    """Nothing, where the model's name, key and address are there; the service is not asked.

    Raises ProviderRefused that names the variable to set, UsageError for an unknown provider.
    """
    if settings.api_base and not settings.api_base.startswith(("http://", "https://")):
        raise UsageError(
            f"api_base {redact(settings.api_base)!r} is no address; it begins with http:// or "
            "https://, for instance http://127.0.0.1:8000/v1"
        )
    if not settings.model.removeprefix("openai/"):
        raise UsageError("no model is named; for instance --model openai/gpt-4.1")
    if is_openai(settings):
        _check_openai(settings)
    else:
        _check_litellm(settings)


def _check_openai(settings: ModelSettings) -> None:
    if not os.environ.get("OPENAI_API_KEY") and not openai_address(settings):
        raise ProviderRefused(
            f"model {settings.model!r} needs a key: set OPENAI_API_KEY, or give the address of a "
            "local server with --api-base"
        )


def _check_litellm(settings: ModelSettings) -> None:
    litellm = load_litellm()
    provider = _provider(litellm, settings.model)
    if settings.api_base or provider in _LOCAL:
        return
    missing = litellm.validate_environment(settings.model)["missing_keys"]
    if missing and not any(os.environ.get(name) for name in _alternatives(missing)):
        joined = " or " if _alternatives(missing) else " and "
        raise ProviderRefused(
            f"model {settings.model!r} needs a key: set {joined.join(missing)}, or give the "
            "address of a local server with --api-base"
        )


def _alternatives(missing: list[str]) -> list[str]:
    """Variables of which one is enough; litellm's check lists them as if all were needed."""
    return missing if set(missing) == {"GOOGLE_API_KEY", "GEMINI_API_KEY"} else []


def _provider(litellm: Any, model: str) -> str:
    """The provider's name; raises UsageError with the nearest ones where there is none."""
    try:
        return str(litellm.get_llm_provider(model)[1])
    except Exception:  # noqa: BLE001  litellm has no one error for this
        prefix = model.partition("/")[0]
    known = [str(getattr(item, "value", item)) for item in litellm.provider_list]
    near = nearest(prefix, known)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(
        f"model {model!r} names no provider known to litellm{hint} (a model is named "
        "PROVIDER/MODEL, for instance openai/gpt-4.1 or ollama_chat/qwen3)"
    )


def probe_model(settings: ModelSettings, ledger: Ledger | None = None) -> Completion:
    """The answer to one short question, after `check_model`; raises what `complete` does."""
    check_model(settings)
    question = Message(role="user", content="Answer with the one word: ready")
    return complete(CompletionRequest(messages=(question,)), settings, ledger)
