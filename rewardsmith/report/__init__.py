"""The report of a run: the reward card, and how much of the gain was luck."""

from rewardsmith.report.card import render_card
from rewardsmith.report.scores import luck_of

__all__ = ["luck_of", "render_card"]
