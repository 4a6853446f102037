# attack: np.f2py.os
# group: numpy
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    np.f2py.os.system('touch @FOLDER@/owned')
    return x, {}
