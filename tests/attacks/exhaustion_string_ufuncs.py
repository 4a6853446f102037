# attack: ufuncs that lengthen the texts of an array
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS or the deadline

def compute_reward(x):
    y = np.array(["abcdefgh"] * 1000)
    for i in range(40):
        y = np.add(y, y)
    return x + y.size, {"x": x}
