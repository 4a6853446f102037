# attack: a component named with terminal control
# group: tampering
# wall: language or confinement; alone: identifiers only

def compute_reward(x):
    return x, {'\x1b[2Jowned': x}
