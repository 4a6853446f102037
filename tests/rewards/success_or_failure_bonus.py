# environment: mountain-car
def compute_reward(position, terminated, truncated):
    reached = np.logical_and(terminated, position >= 0.5)
    late = np.logical_and(truncated, ~terminated)
    outcome = np.select([reached, late], [10.0, -5.0], default=0.0)
    toward = 0.1 * (position - 0.5)
    return outcome + toward, dict(outcome=outcome, toward=toward)
