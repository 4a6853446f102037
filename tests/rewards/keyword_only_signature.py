# environment: cartpole
def compute_reward(*, pole_angle, cart_position):
    angle_margin = 1 - np.abs(pole_angle) / np.deg2rad(12)
    track_margin = 1 - np.abs(cart_position) / 2.4
    total = np.minimum(angle_margin, track_margin)
    return total, {"margin": total}
