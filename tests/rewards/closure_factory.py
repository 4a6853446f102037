# environment: cartpole
def make_bell(centre, width):
    def bell(x):
        return np.exp(-(((x - centre) / width) ** 2))

    return bell


upright = make_bell(0.0, 0.08)
middle = make_bell(0.0, 1.0)


def compute_reward(pole_angle, cart_position, pole_angular_velocity):
    parts = [upright(pole_angle), 0.3 * middle(cart_position), 0.2 * make_bell(0.0, 1.5)(pole_angular_velocity)]
    return parts[0] + parts[1] + parts[2], {"upright": parts[0], "middle": parts[1], "calm": parts[2]}
