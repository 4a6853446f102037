# attack: linecache reads files
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import linecache
    raise ValueError(linecache.getlines('@SECRET@'))
