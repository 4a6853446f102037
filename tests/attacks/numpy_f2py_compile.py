# attack: np.f2py.compile runs a compiler
# group: numpy
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    np.f2py.compile('end')
    return x, {}
