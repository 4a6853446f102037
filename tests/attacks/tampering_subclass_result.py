# attack: a subclass of ndarray as a result
# group: tampering
# wall: language; alone: seccomp (no open)

class A(np.ndarray):
    def __array_ufunc__(self, *a, **k): open('@FOLDER@/owned', 'w')
    dtype = property(lambda s: open('@FOLDER@/owned', 'w'))


def compute_reward(x):
    return x.view(A), {}
