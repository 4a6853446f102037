# attack: an error of 100 MB
# group: exhaustion
# wall: language or confinement; alone: 4 KB

def compute_reward(x):
    raise ValueError('x' * 10**8)
