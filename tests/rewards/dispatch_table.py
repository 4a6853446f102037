# environment: pendulum
SHAPES = {
    "bell": lambda x, s: np.exp(-((x / s) ** 2)),
    "cauchy": lambda x, s: 1.0 / (1.0 + (x / s) ** 2),
}

def compute_reward(angle, angular_velocity):
    upright = SHAPES["bell"](angle, 0.6)
    calm = SHAPES["cauchy"](angular_velocity, 2.0)
    return upright + 0.2 * upright * calm, {"upright": upright, "calm": 0.2 * upright * calm}
