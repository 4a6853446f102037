# attack: as_strided writes outside the array
# group: numpy
# wall: language; alone: its own memory; SIGSEGV ends it

def compute_reward(x):
    y = x.copy()
    far = np.lib.stride_tricks.as_strided(y, (1 << 24,), (-4096,))
    far[:] = 0
    return x, {}
