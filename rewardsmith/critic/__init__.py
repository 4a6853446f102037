"""The critic: judges a candidate before anything is trained with it."""

from rewardsmith.critic.comparison import Comparison
from rewardsmith.critic.judgement import PERSONS_REJECT, judge, judge_among
from rewardsmith.critic.peers import Peers
from rewardsmith.critic.static import judge_statically

__all__ = ["PERSONS_REJECT", "Comparison", "Peers", "judge", "judge_among", "judge_statically"]
