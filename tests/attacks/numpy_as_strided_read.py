# attack: as_strided reads outside the array
# group: numpy
# wall: language; alone: memory holds no secret; SIGSEGV ends it

def compute_reward(x):
    far = np.lib.stride_tricks.as_strided(x, (1 << 24,), (4,))
    return x + far.sum(), {}
