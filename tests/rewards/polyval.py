# environment: mountain-car
COEFFICIENTS = [0.5, -1.0, 0.25]

def compute_reward(position, velocity):
    bowl = np.polyval(COEFFICIENTS, position)
    return -bowl + np.abs(velocity), {"bowl": -bowl, "speed": np.abs(velocity)}
