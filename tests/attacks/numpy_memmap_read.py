# attack: np.memmap reads
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.memmap('@SECRET@', 'u1', 'r').tobytes())
