# attack: np.fromfile
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.fromfile('@SECRET@', 'u1').tobytes())
