# environment: ant
def quat_from_yaw(yaw):
    half = 0.5 * yaw
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, zero, np.sin(half)], axis=-1)


def quat_rotate_inverse(q, v):
    q_w = q[..., 0:1]
    q_vec = q[..., 1:4]
    a = v * (2.0 * q_w ** 2 - 1.0)
    b = np.cross(q_vec, v) * q_w * 2.0
    c = q_vec * np.sum(q_vec * v, axis=-1, keepdims=True) * 2.0
    return a - b + c


def compute_reward(forward_velocity, sideways_velocity, vertical_velocity, heading, angular_velocity):
    velocity = np.stack((forward_velocity, sideways_velocity, vertical_velocity), axis=-1)
    local = quat_rotate_inverse(quat_from_yaw(heading), velocity)
    world = forward_velocity
    ahead = 0.1 * local[:, 0]
    bounce = -0.05 * local[:, 2] ** 2
    wobble = -0.005 * np.linalg.norm(angular_velocity[:, :2], axis=-1)
    return world + ahead + bounce + wobble, {"world": world, "ahead": ahead, "bounce": bounce, "wobble": wobble}
