# attack: a power of powers
# group: exhaustion
# wall: language or confinement; alone: the deadline

def compute_reward(x):
    return x + 9**9**9, {}
