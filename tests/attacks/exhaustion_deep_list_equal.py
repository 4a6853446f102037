# attack: comparing and printing two lists ten thousand levels deep
# group: exhaustion
# wall: language or confinement; alone: the recursion limit

def compute_reward(x):
    s, t = [], []
    for a in range(100):
        for b in range(100):
            s, t = [s], [t]
    return x * (s == t) + len(str(s)), {"x": x}
