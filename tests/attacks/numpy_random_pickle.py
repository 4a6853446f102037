# attack: modules under np.random
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.random._pickle.__builtins__['open']('@SECRET@').read())
