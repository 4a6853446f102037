# attack: a finalizer that runs later
# group: tampering
# wall: language; alone: seccomp (no open)

keep = []
class A:
    def __del__(self): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    keep.append(A())
    return x, {}
