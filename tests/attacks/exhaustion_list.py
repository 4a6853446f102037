# attack: one huge list
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return x * len([0] * 10**11), {}
