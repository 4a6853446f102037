# attack: a builtin method's __self__ is its module
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(print.__self__.open("@SECRET@").read())
