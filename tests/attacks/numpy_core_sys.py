# attack: modules under np.core
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np._core.sys.modules['builtins'].open('@SECRET@').read())
