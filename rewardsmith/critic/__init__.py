"""The critic: judges a candidate before anything is trained with it."""

from rewardsmith.critic.dynamic import judge
from rewardsmith.critic.static import judge_statically

__all__ = ["judge", "judge_statically"]
