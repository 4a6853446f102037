# environment: pendulum
def compute_reward(cos_angle, sin_angle, action):
    ndim = action.ndim
    if ndim == 1:
        effort = action**2
    elif ndim == 2:
        effort = (action**2).sum(axis=1)
    else:
        return cos_angle, {"upright": cos_angle}
    upright = cos_angle
    return upright - 0.001 * effort, {"upright": upright, "effort": -0.001 * effort}
