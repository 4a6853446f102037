# attack: a dunder in letters that are normalised
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(().__ｃlass__.__base__.__subclasses__()[140], open("@SECRET@").read())
