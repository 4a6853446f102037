# environment: half-cheetah
def compute_reward(forward_velocity, pitch, torso_height):
    squared = list(map(np.square, (pitch, torso_height - 0.6)))
    total = forward_velocity - sum(squared)
    kept = dict(filter(lambda item: item[0] != "unused", {"pitch": -squared[0], "height": -squared[1]}.items()))
    return total, kept
