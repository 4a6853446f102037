# attack: np.bmat reads names of the caller's frame
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    secret = x
    raise ValueError(np.bmat('secret', {}, {'secret': open('@SECRET@').read()}))
