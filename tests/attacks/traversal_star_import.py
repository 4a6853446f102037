# attack: a star import
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

from os import *
system('touch @FOLDER@/owned')


def compute_reward(x):
    return x, {}
