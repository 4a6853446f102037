# attack: identifiers that Unicode normalisation turns into others
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(ｏpen("@SECRET@").read())
