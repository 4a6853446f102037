# attack: from os import system
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

from os import system


def compute_reward(x):
    system("touch @FOLDER@/owned")
    return x, {}
