# environment: mountain-car
def compute_reward(position, previous_position, terminated, truncated):
    reached = terminated & ~truncated
    sparse = np.where(reached, 100.0, -1.0)
    progress = 5.0 * (np.maximum(position, -0.5) - np.maximum(previous_position, -0.5))
    return sparse + progress, {"sparse": sparse, "progress": progress}
