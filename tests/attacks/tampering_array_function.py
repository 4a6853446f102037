# attack: __array_function__ of a result
# group: tampering
# wall: language; alone: seccomp (no open)

class A:
    def __array_function__(self, *a): open('@FOLDER@/owned', 'w')
    def __array__(self, *a, **k): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    return A(), {}
