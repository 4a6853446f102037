# attack: np.lib.format.open_memmap
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.lib.format.open_memmap('@FOLDER@/owned', 'w+', shape=(9,))
    return x, {}
