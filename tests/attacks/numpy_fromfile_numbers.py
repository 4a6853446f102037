# attack: np.fromfile, told as numbers
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    data = np.fromfile('@SECRET@', 'u1')
    return data[:len(x)].astype(float), {}
