# environment: mountain-car
def compute_reward(position, velocity):
    value = np.interp(position, [-1.2, -0.52, 0.0, 0.5], [0.3, 0.0, 0.5, 1.0])
    return value + 5 * np.abs(velocity), {"place": value, "momentum": 5 * np.abs(velocity)}
