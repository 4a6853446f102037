# attack: a hundred thousand components
# group: exhaustion
# wall: language or confinement; alone: 32 components

def compute_reward(x):
    return x, {f'c{i}': x for i in range(10**5)}
