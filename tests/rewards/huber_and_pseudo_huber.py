# environment: hopper
def huber(error, delta=1.0):
    size = np.abs(error)
    return np.where(size <= delta, 0.5 * error**2, delta * (size - 0.5 * delta))


pseudo_huber = lambda error, delta=1.0: delta**2 * (np.sqrt(1 + (error / delta) ** 2) - 1)


def compute_reward(forward_velocity, torso_height, pitch):
    speed = -huber(2.0 - forward_velocity)
    height = -0.5 * pseudo_huber(torso_height - 1.25, 0.1)
    lean = -huber(error=pitch, delta=0.2)
    return speed + height + lean, {"speed": speed, "height": height, "lean": lean}
