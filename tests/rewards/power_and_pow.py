# environment: hopper
def compute_reward(forward_velocity, torso_height):
    speed = np.power(np.clip(forward_velocity, 0, None), 1.5)
    stand = pow(np.abs(torso_height - 1.25), 2)
    root = np.cbrt(forward_velocity)
    return speed + root - stand, {"speed": speed, "root": root, "stand": -stand}
