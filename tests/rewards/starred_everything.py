# environment: hopper
def total_of(*terms):
    result = 0.0
    for term in terms:
        result = result + term
    return result

def compute_reward(forward_velocity, pitch, torso_height):
    first, *rest = (forward_velocity, -np.abs(pitch), -np.abs(torso_height - 1.25))
    parts = [first, *rest]
    return total_of(*parts), {**dict(zip(("speed", "pitch", "height"), parts))}
