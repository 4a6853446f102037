# attack: a with statement opens a file
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    with open("@SECRET@") as stream:
        raise ValueError(stream.read())
    return x, {}
