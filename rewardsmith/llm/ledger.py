"""The ledger: what was spent on a model, what it may cost at most, what a token costs."""

from __future__ import annotations

import threading

from rewardsmith.errors import BudgetExhausted, UsageError
from rewardsmith.llm.known_models import listed_prices
from rewardsmith.llm.request import CHARACTERS_PER_TOKEN, ModelSettings
from rewardsmith.records import Completion, Record


class SpendLimits(Record, frozen=True):
    """The most that may be spent on a model; None is no limit."""

    calls: int | None = None
    """Requests, the repeated ones included."""
    tokens: int | None = None
    """Of prompts and completions together."""
    price: float | None = None
    """US dollars."""


class Spend(Record, frozen=True):
    """What was spent; `price` counts only what has a known price."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    price: float = 0.0
    unpriced: int = 0
    """Completions whose price is unknown."""
    unmetered: int = 0
    """Completions whose tokens the server did not count."""

    @property
    def tokens(self) -> int:
        """Tokens of prompts and completions together."""
        return self.prompt_tokens + self.completion_tokens

    def with_completion(self, completion: Completion) -> Spend:
        """This, and one completion more."""
        unmetered = completion.prompt_tokens is None or completion.completion_tokens is None
        written = completion.completion_tokens
        if written is None:
            written = int(len(completion.text) / CHARACTERS_PER_TOKEN)
        return Spend(
            calls=self.calls + completion.attempts,
            prompt_tokens=self.prompt_tokens + (completion.prompt_tokens or 0),
            completion_tokens=self.completion_tokens + written,
            price=self.price + (completion.price or 0.0),
            unpriced=self.unpriced + (completion.price is None),
            unmetered=self.unmetered + unmetered,
        )


class Worst(Record, frozen=True):
    """The most that a request in flight may come to cost."""

    tokens: int
    price: float = 0.0


class Ledger:
    """Keeps the spend below the limits, also where many requests are in flight.

    A request reserves the most that it may cost before it is sent; where that does not fit
    beside the others in flight it waits for them, and where it does not fit at all
    BudgetExhausted is raised and nothing is sent.
    """

    def __init__(self, limits: SpendLimits | None = None, spend: Spend | None = None) -> None:
        self.limits = limits or SpendLimits()
        self._spend = spend or Spend()
        self._flying: list[Worst] = []
        self._changed = threading.Condition()

    @property
    def spend(self) -> Spend:
        """What was spent until now."""
        with self._changed:
            return self._spend

    def add(self, completion: Completion) -> None:
        """Count a completion that an earlier part of the run has paid for."""
        with self._changed:
            self._spend = self._spend.with_completion(completion)

    def reserve(self, worst: Worst) -> None:
        """Take room for one request; raises BudgetExhausted where there is none."""
        with self._changed:
            while (problem := self._problem(worst, self._flying)) and self._flying:
                if self._problem(worst, []):
                    break
                self._changed.wait()
            if problem:
                raise BudgetExhausted(problem)
            self._flying.append(worst)

    def settle(
        self,
        worst: Worst,
        *,
        tokens: tuple[int, int],
        price: float | None,
        metered: bool = True,
    ) -> None:
        """Give the room back and count what one request did cost.

        `tokens` are of prompt and completion, `metered` says whether the server counted them,
        `price` is None where nobody knows it.
        """
        with self._changed:
            self._flying.remove(worst)
            done = self._spend
            self._spend = Spend(
                calls=done.calls + 1,
                prompt_tokens=done.prompt_tokens + tokens[0],
                completion_tokens=done.completion_tokens + tokens[1],
                price=done.price + (price or 0.0),
                unpriced=done.unpriced + (price is None),
                unmetered=done.unmetered + (not metered),
            )
            self._changed.notify_all()

    def _problem(self, worst: Worst, flying: list[Worst]) -> str:
        """Why one more request does not fit beside those in flight; empty where it does."""
        spend, limits = self._spend, self.limits
        if limits.calls is not None and spend.calls + len(flying) + 1 > limits.calls:
            return f"the limit of {limits.calls} model requests is reached"
        tokens = spend.tokens + worst.tokens + sum(other.tokens for other in flying)
        if limits.tokens is not None and tokens > limits.tokens:
            return (
                f"the limit of {limits.tokens:,} tokens leaves no room for a request of up to "
                f"{worst.tokens:,} ({spend.tokens:,} are used); raise it or lower max_tokens"
            )
        price = spend.price + worst.price + sum(other.price for other in flying)
        if limits.price is not None and price > limits.price:
            return (
                f"the limit of ${limits.price:.2f} leaves no room for a request of up to "
                f"${worst.price:.4f} (${spend.price:.4f} is spent)"
            )
        return ""


class Price(Record, frozen=True):
    """US dollars for one token."""

    prompt: float
    completion: float

    def of(self, prompt: int | None, completion: int | None) -> float | None:
        """What so many tokens cost; None where they were not counted."""
        if prompt is None or completion is None:
            return None
        return prompt * self.prompt + completion * self.completion


def price_of(settings: ModelSettings) -> Price | None:
    """The configured price, else the provider's list price, None where neither is known.

    The list is the one that litellm carries, read from its file: nothing is imported or
    fetched.  It says nothing of a model behind an address of your own.
    """
    if settings.price_in is not None and settings.price_out is not None:
        return Price(prompt=settings.price_in / 1e6, completion=settings.price_out / 1e6)
    if settings.api_base:
        return None
    listed = listed_prices()
    bare = settings.model.partition("/")[2]
    entry = listed.get(settings.model) or listed.get(bare)
    # A zero in the list is as often "not entered" as "free".
    if not entry or not all(entry):
        return None
    return Price(prompt=entry[0], completion=entry[1])


def check_price(settings: ModelSettings, limits: SpendLimits) -> None:
    """Raises UsageError for a limit on the price of a model whose price nobody knows."""
    if limits.price is not None and price_of(settings) is None:
        raise UsageError(
            f"the price of {settings.model!r} is unknown, so a limit of ${limits.price:.2f} "
            "cannot be kept; configure price_in and price_out (US dollars for a million tokens), "
            "or limit tokens instead"
        )
