# environment: half-cheetah
LOWER = np.array([-0.52, -0.785, -0.4, -1.0, -1.2, -0.5])
UPPER = np.array([1.05, 0.785, 0.785, 0.7, 0.87, 0.5])
SOFT = 0.9


def compute_reward(joint_angles, forward_velocity, torso_height):
    middle = (LOWER + UPPER) / 2
    half = (UPPER - LOWER) / 2 * SOFT
    below = -(joint_angles - (middle - half)).clip(max=0.0)
    above = (joint_angles - (middle + half)).clip(min=0.0)
    out_of_limits = np.sum(below + above, axis=-1)
    r_limits = -0.5 * out_of_limits
    r_speed = forward_velocity / 4.0
    r_height = -np.square(torso_height)
    return r_limits + r_speed + r_height, {
        "limits": r_limits,
        "speed": r_speed,
        "height": r_height,
    }
