# environment: ant
import numpy as np


def quat_from_yaw(yaw):
    half = 0.5 * yaw
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, zero, np.sin(half)], axis=-1)


def quat_rotate_inverse(q, v):
    w, xyz = q[:, :1], q[:, 1:]
    a = v * (2.0 * w**2 - 1.0)
    b = 2.0 * w * np.cross(xyz, v)
    c = 2.0 * xyz * np.sum(xyz * v, axis=-1, keepdims=True)
    return a - b + c


def compute_reward(heading, forward_velocity, sideways_velocity, vertical_velocity):
    velocity = np.column_stack([forward_velocity, sideways_velocity, vertical_velocity])
    local = quat_rotate_inverse(quat_from_yaw(heading), velocity)
    goal = np.array([2.0, 0.0, 0.0])
    error = np.linalg.norm(local - goal, axis=-1)
    tracking = np.exp(-error / 0.25) + 0.5 * np.exp(-error / 2.0)
    return tracking, {"tracking": tracking}
