# attack: np.testing.runstring is exec
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.testing.runstring('open("@FOLDER@/owned", "w")', {})
    return x, {}
