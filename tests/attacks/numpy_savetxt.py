# attack: np.savetxt
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.savetxt('@FOLDER@/owned', x)
    return x, {}
