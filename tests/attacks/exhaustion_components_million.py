# attack: a million components
# group: exhaustion
# wall: language; alone: at most 32 names; then the memory limit

def compute_reward(x):
    return x, {"c%d" % i: x for i in range(1000000)}
