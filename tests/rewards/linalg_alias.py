# environment: ant
import numpy as np
import numpy.linalg as la
from numpy.linalg import norm

def compute_reward(action, joint_velocities, forward_velocity):
    effort = norm(action, axis=-1)
    motion = la.norm(joint_velocities, axis=-1)
    return forward_velocity - 0.1 * effort - 0.01 * motion, {
        "speed": forward_velocity, "effort": -0.1 * effort, "motion": -0.01 * motion
    }
