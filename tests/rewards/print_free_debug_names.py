# environment: hopper
DEBUG = 0
VERBOSE = False


def compute_reward(forward_velocity, torso_height, pitch_velocity):
    r_v = forward_velocity
    r_h = -(torso_height - 1.25) ** 2
    r_w = -1e-3 * pitch_velocity ** 2
    r = r_v + r_h + r_w
    info = {}
    info["r_v"], info["r_h"], info["r_w"] = r_v, r_h, r_w
    if DEBUG or VERBOSE:
        info["r_total"] = r * 1.0
    return r, info
