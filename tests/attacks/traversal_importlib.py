# attack: importlib.import_module
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

import importlib


def compute_reward(x):
    importlib.import_module("os").system("touch @FOLDER@/owned")
    return x, {}
