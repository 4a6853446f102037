# attack: str.format_map walks attributes
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError("{a.__globals__[np].__dict__[f2py]}".format_map({"a": compute_reward}))
