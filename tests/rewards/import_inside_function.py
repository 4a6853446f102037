# environment: cartpole
def compute_reward(cart_position, pole_angle):
    import numpy as np
    import math
    limit = math.radians(12.0)
    upright = 1.0 - np.abs(pole_angle) / limit
    centered = -0.1 * np.abs(cart_position)
    total = upright + centered
    return total, {"upright": upright, "centered": centered}
