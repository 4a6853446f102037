"""What is asked of a model, and how the asking is bounded."""

from __future__ import annotations

from rewardsmith.errors import ProviderError
from rewardsmith.records import Message, Record

CHARACTERS_PER_TOKEN = 4.0
"""Of English prose and code, for estimates only."""


class CompletionRequest(Record, frozen=True):
    """One prompt to be answered once."""

    messages: tuple[Message, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    """None takes the settings'."""
    seed: int = 0
    """Of the jitter between attempts."""

    def characters(self) -> int:
        """The length of the whole prompt."""
        return sum(len(message.content) for message in self.messages)

    def estimated_tokens(self) -> int:
        """Roughly what the prompt costs, before anyone has counted."""
        return int(self.characters() / CHARACTERS_PER_TOKEN) + 4 * len(self.messages)


class ModelSettings(Record, frozen=True):
    """Which model, where, and how long and how much it may take."""

    model: str
    """litellm's name: `openai/gpt-4.1`, `anthropic/...`, `ollama_chat/...`."""
    api_base: str = ""
    """Address of a local or other server that speaks the provider's protocol."""
    max_tokens: int = 8192
    """Longest answer; raised once, fourfold, where nothing but reasoning came."""
    deadline: float = 600.0
    """Seconds for one completion, all attempts and waits together."""
    timeout: float = 300.0
    """Seconds for one attempt."""
    attempts: int = 5
    """Requests at most for one completion."""
    backoff: float = 1.0
    """Seconds before the second attempt, doubled before each further one."""
    reply_limit: int = 4_000_000
    """Bytes of the largest reply that is read."""
    concurrency: int = 8
    """Requests in flight at once."""
    price_in: float | None = None
    """US dollars for a million tokens of prompt, where the known price is not yours."""
    price_out: float | None = None
    """US dollars for a million tokens of completion."""


class ProviderRefused(ProviderError):
    """The service refuses every request alike: no key, no such model, no quota left."""
