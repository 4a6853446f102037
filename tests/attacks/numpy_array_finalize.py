# attack: __array_finalize__ of a subclass
# group: numpy
# wall: language; alone: seccomp (no open)

class A(np.ndarray):
    def __array_finalize__(self, o): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    return x.view(A), {}
