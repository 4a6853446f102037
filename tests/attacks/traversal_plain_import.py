# attack: import os
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

import os


def compute_reward(x):
    os.system("touch @FOLDER@/owned")
    return x, {}
