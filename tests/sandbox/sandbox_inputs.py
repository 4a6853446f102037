"""What the tests of this folder give to a reward process."""

from rewardsmith.sandbox import ArraySpec, RewardLimits

QUICK = RewardLimits(call_seconds=20.0, open_seconds=60.0, memory=256 << 20)
X = (ArraySpec("x", ()),)
PLAIN = "def compute_reward(x): return x, {}"
