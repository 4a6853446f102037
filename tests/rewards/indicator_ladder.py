# environment: mountain-car
def compute_reward(position, velocity, previous_position, terminated):
    """A rung for each stretch of the slope, paid for crossing it upwards only."""
    rungs = [-0.3, -0.1, 0.1, 0.3, 0.45]
    crossed = 0.0
    for number, rung in enumerate(rungs, start=1):
        upwards = (position >= rung) & (previous_position < rung)
        downwards = (position < rung) & (previous_position >= rung)
        crossed = crossed + number * (upwards.astype(float) - downwards.astype(float))
    done = 20.0 * terminated
    hurry = np.full(position.shape, -0.2)
    swing = 5.0 * np.abs(velocity)
    return crossed + done + hurry + swing, {
        "crossed": crossed,
        "done": done,
        "hurry": hurry,
        "swing": swing,
    }
