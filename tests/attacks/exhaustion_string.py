# attack: a huge string
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return x * len('x' * 10**11), {}
