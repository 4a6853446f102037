# attack: a component's name of 10 MB
# group: exhaustion
# wall: language or confinement; alone: 64 characters

def compute_reward(x):
    return x, {'a' * 10**7: x}
