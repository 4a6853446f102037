# environment: mountain-car
ACTION_COST = np.array([0.1, 0.0, 0.1])

def compute_reward(action, height):
    cost = ACTION_COST[action]
    climb = np.take([0.0, 0.5, 1.0], np.digitize(height, [0.3, 0.7]))
    return climb - cost, {"climb": climb, "cost": -cost}
