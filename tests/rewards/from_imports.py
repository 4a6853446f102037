# environment: hopper
from numpy import abs as nabs, clip, exp, where
from math import pi, sqrt

SCALE = sqrt(2.0) / pi

def compute_reward(pitch, forward_velocity):
    level = exp(-nabs(pitch) / SCALE)
    speed = where(forward_velocity > 2.0, 2.0, clip(forward_velocity, -1, 2))
    return level + speed, {"level": level, "speed": speed}
