# environment: ant
def gaussian(x, sigma):
    return np.exp(-0.5 * np.square(x / sigma))


def compute_reward(forward_velocity, sideways_velocity, angular_velocity, torso_height):
    command = (1.5, 0.0, 0.0)
    vx_err, vy_err, wz_err = (
        forward_velocity - command[0],
        sideways_velocity - command[1],
        angular_velocity[:, 2] - command[2],
    )
    coarse = gaussian(np.hypot(vx_err, vy_err), 1.0)
    fine = gaussian(np.hypot(vx_err, vy_err), 0.2)
    yaw = gaussian(wz_err, 0.5)
    height = gaussian(torso_height - 0.55, 0.15)
    product = coarse * yaw * height
    return product + 0.3 * fine, {"product": product, "fine": 0.3 * fine}
