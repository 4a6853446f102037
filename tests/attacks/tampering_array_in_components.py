# attack: __array__ of a component
# group: tampering
# wall: language; alone: seccomp (no open)

class A:
    def __array__(self, *a, **k): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    return x, {'a': A()}
