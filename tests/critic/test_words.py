"""What a model is told of a failed call."""

import numpy as np

from rewardsmith.critic.words import failure_reason
from rewardsmith.errors import RewardFailed


def test_numpy_s_advice_to_mix_the_rows_of_a_batch_is_left_out():
    text = (
        "ValueError: The truth value of an array with more than one element is ambiguous. "
        "Use a.any() or a.all()\nline 3: if speed > 1:"
    )
    reason = failure_reason(RewardFailed("error", text), {"speed": np.zeros(4)}, "")
    assert reason.line == 3
    assert "a.any()" not in reason.message
    assert "is ambiguous at `if speed > 1:`: signals are batches: write np.where" in reason.message
