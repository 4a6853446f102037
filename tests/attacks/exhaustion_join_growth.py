# attack: a text joined of ever longer texts
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS or the deadline

def compute_reward(x):
    s = "ab"
    for i in range(1000):
        s = s.join([s, s, s])
    return x * len(s), {"x": x}
