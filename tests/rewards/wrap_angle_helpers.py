# environment: pendulum
from math import pi


def normalize(x):
    return ((x + pi) % (2 * pi)) - pi


def compute_reward(angle, angular_velocity, torque):
    th = normalize(angle)
    costs = th ** 2 + 0.1 * angular_velocity ** 2 + 0.001 * (torque ** 2)
    return -costs, {"angle": -(th ** 2), "velocity": -0.1 * angular_velocity ** 2, "torque": -0.001 * torque ** 2}
