# attack: np.memmap writes
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.memmap('@CANARY@', 'u1', 'r+')[:] = 0
    return x, {}
