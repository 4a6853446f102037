# attack: an exception whose text is computed
# group: tampering
# wall: language; alone: seccomp (no open)

class E(Exception):
    def __str__(self): return open('@SECRET@').read()


def compute_reward(x):
    raise E
