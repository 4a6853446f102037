"""Preferences: goals without a metric, told by comparing what two rewards led to.

A model, a person or a ranking of factors says which of two behaviours is nearer to the task in
words; from many such comparisons comes a strength for every reward, which selection uses where
others have a fitness.
"""

from rewardsmith.preference.judging import Frame, ModelJudge
from rewardsmith.preference.person import Choice, PreferenceSession, Showing, skip_answered
from rewardsmith.preference.ranking import (
    Factor,
    compare_by_rank,
    factor_values,
    parse_rank,
    preferred_pairs,
)
from rewardsmith.preference.schedule import Pair, Player, matched_pairs, undecided_pairs
from rewardsmith.preference.strength import Match, Strengths, fit_strengths, share_of
from rewardsmith.preference.strip import strip_of

__all__ = [
    "Choice",
    "Factor",
    "Frame",
    "Match",
    "ModelJudge",
    "Pair",
    "Player",
    "PreferenceSession",
    "Showing",
    "Strengths",
    "compare_by_rank",
    "factor_values",
    "fit_strengths",
    "matched_pairs",
    "parse_rank",
    "preferred_pairs",
    "share_of",
    "skip_answered",
    "strip_of",
    "undecided_pairs",
]
