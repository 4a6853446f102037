# attack: np.testing.tempdir makes folders
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.testing.tempdir(dir='@FOLDER@').__enter__()
    return x, {}
