# attack: the command line that the interpreter keeps
# group: spying
# wall: language; alone: it holds no key; text is bounded

def compute_reward(x):
    import sys
    raise ValueError([sys.orig_argv, sys.argv, sys.path, sys.flags, sys._xoptions])
