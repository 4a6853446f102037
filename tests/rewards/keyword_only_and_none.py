# environment: cartpole
def shaped(error, *, scale=1.0, power=2, limit=None):
    value = -scale * np.abs(error) ** power
    if limit is not None:
        value = np.maximum(value, limit)
    return value


def compute_reward(*, pole_angle, cart_position, cart_velocity):
    pole = shaped(pole_angle, scale=2.0)
    cart = shaped(cart_position, scale=0.1, limit=-0.5)
    drift = shaped(error=cart_velocity, scale=0.01, power=1)
    alive = np.ones_like(pole)
    return alive + pole + cart + drift, dict(alive=alive, pole=pole, cart=cart, drift=drift)
