# attack: a text that doubles itself by replacing
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS or the deadline

def compute_reward(x):
    s = "a"
    for i in range(64):
        s = s.replace("a", "aa")
    return x * len(s), {"x": x}
