# environment: mountain-car
def compute_reward(position, previous_position, velocity):
    crossed = np.heaviside(position - 0.5, 1.0) * np.heaviside(0.5 - previous_position, 0.0)
    distance = -np.abs(0.5 - position)
    return 10 * crossed + distance, {"crossed": 10 * crossed, "distance": distance}
