# attack: memory at the module's level
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

A = [0] * 10**10


def compute_reward(x):
    return x, {}
