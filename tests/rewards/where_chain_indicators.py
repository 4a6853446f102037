# environment: mountain-car
def compute_reward(position, velocity, terminated):
    left = np.where((position < -0.9) & (velocity < 0), 0.2, 0.0)
    right = np.where((position > 0.2) & (velocity > 0), 0.5, left)
    swing = 10.0 * np.abs(velocity)
    reached = np.where(terminated, 100.0, -1.0)
    return right + swing + reached, {"milestones": right, "swing": swing, "reached": reached}
