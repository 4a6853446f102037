# attack: inspect reads sources
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import inspect
    raise ValueError(inspect.getsource(inspect.getmodule(np)))
