# attack: attributes by way of a slice and an ellipsis
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    s = slice(0, 1)
    base = s.__class__.__base__, (...).__class__, NotImplemented.__class__
    found = [c for c in base[0].__subclasses__() if "wrap_close" in c.__name__]
    open("@FOLDER@/owned", "w")
    return x, {"n": found}
