# environment: hopper
def weighted(x, weight=None):
    if weight is None:
        weight = 1.0
    return weight * x

def compute_reward(forward_velocity, pitch):
    speed = weighted(forward_velocity)
    lean = weighted(-np.abs(pitch), weight=0.3)
    return speed + lean, {"speed": speed, "lean": lean}
