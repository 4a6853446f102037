# attack: a walrus inside a comprehension
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError([y for z in [1] if (y := open("@SECRET@").read())])
