"""The archive of a run: what was found, who may be a parent, what was spent."""

from rewardsmith.archive.canonical import TIMED_RULE
from rewardsmith.archive.elites import elites_of, undecided_of
from rewardsmith.archive.fold import Archive
from rewardsmith.archive.parents import PARENT_STRATEGIES
from rewardsmith.archive.spend import Spend

__all__ = ["PARENT_STRATEGIES", "TIMED_RULE", "Archive", "Spend", "elites_of", "undecided_of"]
