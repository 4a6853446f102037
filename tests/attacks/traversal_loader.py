# attack: a module's loader reads any file
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.__loader__.get_data("@SECRET@").decode())
