# attack: __class_getitem__ called by a subscript
# group: traversal
# wall: language; alone: seccomp (no open)

class A:
    def __class_getitem__(cls, i): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    A[0]
    return x, {}
