# environment: pendulum
import numpy as np


def gaussian(x, center=0.0, width=1.0):
    """A bell curve."""
    return np.exp(-0.5 * ((x - center) / width) ** 2)


def wrap(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def compute_reward(angle, angular_velocity, torque):
    upright = gaussian(wrap(angle), width=0.5)
    calm = gaussian(angular_velocity, 0.0, 2.0)
    effort = -0.001 * torque ** 2
    total = upright * (0.5 + 0.5 * calm) + effort
    return total, {"upright": upright, "calm": calm, "effort": effort}
