"""The report of a run: the reward card."""

from rewardsmith.report.card import render_card

__all__ = ["render_card"]
