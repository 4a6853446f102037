# environment: cartpole
def compute_reward(action, pole_angle, pole_angular_velocity):
    push = np.where(action == 1, 1.0, -1.0)
    helpful = (push * np.sign(pole_angle + 0.5 * pole_angular_velocity) > 0).astype(np.float32)
    upright = 1 - np.abs(pole_angle) / 0.21
    return upright + 0.1 * helpful, {"upright": upright, "helpful": 0.1 * helpful}
