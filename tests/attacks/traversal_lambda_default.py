# attack: defaults of a lambda, and values bound by a walrus in them
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    f = lambda a=(made := open("@FOLDER@/owned", "w")), *, b=[]: (a, b)
    return x, {"f": f()}
