# environment: hopper
def compute_reward(forward_velocity, torso_height):
    speed = np.sign(forward_velocity) * np.log1p(np.abs(forward_velocity))
    height = np.log(np.maximum(torso_height, 1e-3))
    return speed + 0.1 * np.clip(height, -3, 1), {"speed": speed, "height": 0.1 * np.clip(height, -3, 1)}
