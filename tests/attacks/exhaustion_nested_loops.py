# attack: nested loops over ranges
# group: exhaustion
# wall: language or confinement; alone: the deadline

def compute_reward(x):
    for a in range(10**4):
        for b in range(10**4):
            for c in range(10**4):
                x = x + 1
    return x, {}
