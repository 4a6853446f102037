"""The archive of a run: what was found, who may be a parent, what was spent."""

from rewardsmith.archive.fold import TIMED_RULE, Archive
from rewardsmith.archive.parents import PARENT_STRATEGIES
from rewardsmith.archive.spend import Spend

__all__ = ["PARENT_STRATEGIES", "TIMED_RULE", "Archive", "Spend"]
