# environment: cartpole
def compute_reward(action, pole_angle, pole_angular_velocity):
    right = action == 1
    falls_right = (pole_angle + 0.5 * pole_angular_velocity) > 0
    agrees = np.logical_not(np.logical_xor(right, falls_right))
    follow = 0.1 * agrees.astype(np.float32)
    upright = np.cos(pole_angle)
    return upright + follow, {"upright": upright, "follow": follow}
