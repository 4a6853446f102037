# environment: mountain-car
def compute_reward(position, velocity, height, terminated):
    zones = [position < -0.8, position < 0.0, position < 0.45]
    bonus = np.select(zones, [0.1 * np.abs(velocity), 0.2 * np.abs(velocity) + 0.0 * height, 0.3 * height], default=1.0)
    goal = 100.0 * terminated
    step = np.full(position.shape, -1.0)
    return bonus + goal + step, {"bonus": bonus, "goal": goal, "step": step}
