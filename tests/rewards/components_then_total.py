# environment: cartpole
def compute_reward(cart_position, cart_velocity, pole_angle, pole_angular_velocity):
    components = {}
    components["upright"] = np.cos(pole_angle) ** 2
    components["center"] = -0.05 * cart_position**2
    components["slow"] = -0.01 * cart_velocity**2 - 0.01 * pole_angular_velocity**2
    components.update(alive=np.full_like(pole_angle, 1.0))
    total = np.zeros_like(pole_angle)
    for value in components.values():
        total = total + value
    return total, components
