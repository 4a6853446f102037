# environment: half-cheetah
def compute_reward(forward_velocity, pitch):
    bonus = np.where(forward_velocity > 6, 3.0, np.where(forward_velocity > 3, 2.0, np.where(forward_velocity > 1, 1.0, 0.0)))
    fallen = np.abs(pitch) > 1.5
    total = np.where(fallen, -1.0, forward_velocity + bonus)
    return total, {"bonus": bonus, "fallen": -1.0 * fallen}
