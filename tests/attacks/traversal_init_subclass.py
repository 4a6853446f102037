# attack: __init_subclass__ and __set_name__ hooks
# group: traversal
# wall: language; alone: seccomp (no open)

class A:
    def __init_subclass__(cls): open('@FOLDER@/owned', 'w')
class B(A): pass


def compute_reward(x):
    return x, {}
