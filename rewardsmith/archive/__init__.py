"""The archive of a run: what was found, who may be a parent, what was spent."""

from rewardsmith.archive.canonical import TIMED_RULE
from rewardsmith.archive.elites import (
    ENOUGH,
    LEADING,
    elites_of,
    leaders_of,
    seeds_of,
    undecided_of,
)
from rewardsmith.archive.fold import Archive
from rewardsmith.archive.operators import share_words
from rewardsmith.archive.parents import PARENT_STRATEGIES
from rewardsmith.archive.preferences import CONFIRMATION, REPORT, comparisons_of, scores_with
from rewardsmith.archive.spend import Spend, first_steps, paid_steps

__all__ = [
    "CONFIRMATION",
    "ENOUGH",
    "LEADING",
    "PARENT_STRATEGIES",
    "REPORT",
    "TIMED_RULE",
    "Archive",
    "Spend",
    "comparisons_of",
    "elites_of",
    "first_steps",
    "leaders_of",
    "paid_steps",
    "scores_with",
    "seeds_of",
    "share_words",
    "undecided_of",
]
