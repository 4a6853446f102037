# attack: np.fromregex
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.fromregex('@SECRET@', '(.*)', [('a', 'U99')]))
