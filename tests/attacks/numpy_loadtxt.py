# attack: np.loadtxt
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.loadtxt('@SECRET@', dtype=str))
