"""What is asked of a model, and how the asking is bounded."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from rewardsmith.errors import ProviderError
from rewardsmith.records import Message, Record

CHARACTERS_PER_TOKEN = 4.0
"""Of English prose and code, for estimates only."""
PICTURE_TOKENS = 260
"""Of a picture of 256 pixels, before anyone has counted: by their documentation OpenAI's tiles make
255 of it, Gemini 258, Anthropic 87.  What is spent is what the server counts."""


class CompletionRequest(Record, frozen=True):
    """One prompt to be answered once."""

    messages: tuple[Message, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    """None takes the settings'."""
    seed: int = 0
    """Of the jitter between attempts."""
    pictures: dict[str, bytes] = msgspec.field(default_factory=dict[str, bytes])
    """PNG files by their digest, those that the messages name."""

    def characters(self) -> int:
        """The length of the whole prompt."""
        return sum(len(message.content) for message in self.messages)

    def estimated_words(self) -> int:
        """Roughly the tokens of its words, before anyone has counted."""
        return int(self.characters() / CHARACTERS_PER_TOKEN) + 4 * len(self.messages)

    def estimated_tokens(self) -> int:
        """Roughly what the prompt costs, pictures included."""
        pictures = sum(len(message.pictures) for message in self.messages)
        return self.estimated_words() + PICTURE_TOKENS * pictures

    def body(self) -> list[dict[str, Any]]:
        """The messages as the services take them: text, or text and pictures by turns."""
        return [self._message(message) for message in self.messages]

    def _message(self, message: Message) -> dict[str, Any]:
        if not message.pictures:
            return {"role": message.role, "content": message.content}
        parts: list[dict[str, Any]] = [{"type": "text", "text": message.content}]
        for picture in message.pictures:
            data = base64.b64encode(self.pictures[picture.digest]).decode()
            # Some providers join the texts and send the pictures after all of them.
            parts.append({"type": "text", "text": f"\n{picture.caption}"})
            address = {"url": f"data:image/png;base64,{data}"}
            parts.append({"type": "image_url", "image_url": address})
        return {"role": message.role, "content": parts}


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
