# attack: raising our own failure
# group: tampering
# wall: language; alone: no exception object crosses

def compute_reward(x):
    from rewardsmith.errors import RewardFailed
    raise RewardFailed('timeout', 'forged')
