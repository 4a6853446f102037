# attack: an f-string evaluates any expression
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(f"{().__class__.__base__.__subclasses__()[0]}{open('@SECRET@').read()!r}")
