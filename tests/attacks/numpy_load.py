# attack: np.load
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.load('@SECRET@', allow_pickle=True))
