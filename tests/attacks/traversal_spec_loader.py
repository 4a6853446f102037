# attack: a module's spec has a loader too
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.__spec__.loader.get_data("@SECRET@").decode())
