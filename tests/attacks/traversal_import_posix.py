# attack: posix, the builtin module
# group: traversal
# wall: language; alone: seccomp (no open)

import posix


def compute_reward(x):
    posix.open("@FOLDER@/owned", posix.O_CREAT)
    return x, {}
