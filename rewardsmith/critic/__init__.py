"""The critic: judges a candidate before anything is trained with it."""

from rewardsmith.critic.judgement import judge, judge_among
from rewardsmith.critic.static import judge_statically

__all__ = ["judge", "judge_among", "judge_statically"]
