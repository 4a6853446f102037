# attack: np.genfromtxt
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.genfromtxt('@SECRET@', dtype=str))
