# attack: one line of sixty thousand characters
# group: exhaustion
# wall: language or confinement; alone: the parser

def compute_reward(x):
    return x, {"x": x}  # @LONG@
