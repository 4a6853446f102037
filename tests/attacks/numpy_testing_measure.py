# attack: np.testing.measure runs a string
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.testing.measure('open("@FOLDER@/owned", "w")')
    return x, {}
