# attack: np.errstate with a log object
# group: numpy
# wall: language; alone: seccomp (no open)

class A:
    def write(self, text): open('@FOLDER@/owned', 'w')


def compute_reward(x):
    with np.errstate(all='log', call=A()):
        1 / (x * 0)
    return x, {}
