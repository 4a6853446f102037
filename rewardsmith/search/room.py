"""What a run's limits leave for the searches beside it, and what the report keeps for itself.

Such a search costs about what the run's own selection did, in seconds and in tokens: that much has
to be left for it to begin.  A search that nobody named is not given what the report will need.
"""

from __future__ import annotations

from rewardsmith.archive import paid_steps
from rewardsmith.config import Budget
from rewardsmith.search.goals import AUTO, asks_a_model
from rewardsmith.search.sitting import Sitting

MARGIN = 1.25
"""Times what the run's own selection paid: how many candidates train to their end differs."""
BESIDE = 5
"""Rewards trained on the report's seeds beside the winner, at most."""


def what_is_left(sitting: Sitting) -> Budget:
    """What is left of the run's limits for a search beside it; the least there is where nothing."""
    limits = sitting.config.budget
    kept = _report_seconds(sitting) if sitting.config.baseline == AUTO else 0.0
    tokens, price = _paid(sitting)
    return Budget(
        seconds=None if limits.seconds is None else max(_seconds_left(sitting, kept), 1.0),
        tokens=None if limits.tokens is None else max(limits.tokens - tokens, 1),
        price=None if limits.price is None else max(limits.price - price, 1e-9),
    )


def lack_of_room(sitting: Sitting, search: str) -> str:
    """Which of the run's limits leaves no room for one more search; empty where none does."""
    limits, searches = sitting.config.budget, 1 + len(sitting.archive.searched)
    tokens, price = (MARGIN * paid / searches for paid in _paid(sitting))
    seconds = MARGIN * sitting.seconds() / searches + _report_seconds(sitting)
    if limits.seconds is not None and _seconds_left(sitting, seconds) < 0:
        return f"--budget-seconds {limits.seconds:g} leaves no time for it"
    if not asks_a_model(sitting.environment, sitting.config, search):
        return ""
    left = what_is_left(sitting)
    if left.tokens is not None and left.tokens < tokens:
        return f"--budget-tokens {limits.tokens} leaves no room for it"
    if left.price is not None and left.price < price:
        return f"--budget-price {limits.price:g} leaves no room for it"
    return ""


def _seconds_left(sitting: Sitting, needed: float) -> float:
    return (sitting.config.budget.seconds or 0.0) - sitting.seconds() - needed


def _paid(sitting: Sitting) -> tuple[int, float]:
    """Tokens and US dollars of the run so far, with those of the searches beside it."""
    spend, searched = sitting.archive.spend, sitting.archive.searched.values()
    tokens = spend.prompt_tokens + spend.completion_tokens
    tokens += sum(one.prompt_tokens + one.completion_tokens for one in searched)
    return tokens, spend.known_price + sum(one.price or 0.0 for one in searched)


def _report_seconds(sitting: Sitting) -> float:
    """Seconds that the finalists' and the report's trainings may take, at the run's own pace."""
    config, archive = sitting.config, sitting.archive
    policies = config.finalists * config.confirmation_seeds + (1 + BESIDE) * config.report_seeds
    if config.elite_seeds and min(config.finalists, config.confirmation_seeds) > 1:
        policies += config.undecided
    steps = policies * (config.steps or sitting.environment.task.steps)
    return archive.spend.seconds * steps / max(paid_steps(archive), 1)
