# attack: an array of nested lists
# group: exhaustion
# wall: language or confinement; alone: the deadline, then SIGKILL

def compute_reward(x):
    t = [1.0]
    for a in range(1000):
        t = [t, t]
    return x + np.array(t).sum(), {"x": x}
