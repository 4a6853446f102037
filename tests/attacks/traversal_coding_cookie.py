# attack: a coding cookie makes a comment into code
# group: traversal
# wall: source is compiled as text, the cookie is a comment; alone: seccomp (no fork, no exec)

# -*- coding: utf-7 -*-
# +AAo-import os+AAo-os.system('touch @FOLDER@/owned')+AAo-
def compute_reward(x):
    return x * 1.0, {}
