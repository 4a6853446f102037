# attack: the function's own globals
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    scope = compute_reward.__globals__["__builtins__"]
    opener = scope["open"] if isinstance(scope, dict) else scope.open
    raise ValueError(opener("@SECRET@").read())
