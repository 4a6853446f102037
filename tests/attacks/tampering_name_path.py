# attack: a component named as a path
# group: tampering
# wall: language or confinement; alone: identifiers only

def compute_reward(x):
    return x, {'../../owned': x}
