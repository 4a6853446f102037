# attack: locals of every frame above
# group: spying
# wall: language; alone: never in this process

def compute_reward(x):
    import sys
    f = sys._getframe()
    found = []
    while f:
        found.append(str(f.f_locals)[:400])
        f = f.f_back
    raise ValueError(found)
