# environment: cartpole
LIMIT = 0.2

def compute_reward(pole_angle, cart_position):
    assert 0 < LIMIT <= 1.0, "limit"
    inside = (np.abs(pole_angle) < LIMIT) & (np.abs(cart_position) < 2.0)
    total = inside.astype(float)
    return total, {"inside": total}
