# environment: pendulum
MODE = "swing"

def compute_reward(cos_angle, angular_velocity, action):
    if MODE == "swing":
        main = np.maximum(cos_angle, 0.0) + 0.05 * np.abs(angular_velocity)
    elif MODE in ("balance", "hold"):
        main = cos_angle
    else:
        main = -np.abs(angular_velocity)
    effort = -0.01 * np.abs(action[:, 0])
    return main + effort, {"main": main, "effort": effort}
