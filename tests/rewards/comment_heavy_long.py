# environment: half-cheetah
# ---------------------------------------------------------------
# Weights: chosen so that at 5 m/s the speed term is about ten times
# what all costs together come to.
# ---------------------------------------------------------------
W_SPEED = 1.0  # m/s
W_CTRL = 0.1
W_ACC = 1e-3


def compute_reward(
    forward_velocity,
    previous_forward_velocity,
    action,
    joint_velocities,
):
    r"""Run.

    total = w_v * v - w_c * |a|^2 - w_a * |dv|^2   (no \\dot{q} term)
    """
    # 1. the aim
    r_speed = W_SPEED * forward_velocity

    # 2. costs
    r_ctrl = -W_CTRL * np.sum(action * action, axis=1)
    dv = forward_velocity - previous_forward_velocity
    r_acc = -W_ACC * dv * dv
    r_vel = -1e-4 * np.sum(joint_velocities ** 2, 1)

    # 3. sum
    total = (
        r_speed
        + r_ctrl
        + r_acc
        + r_vel
    )
    return (total, {
        'speed': r_speed, 'ctrl': r_ctrl,
        'acc': r_acc, 'vel': r_vel,
    })
