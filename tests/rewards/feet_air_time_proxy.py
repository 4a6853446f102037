# environment: ant
def compute_reward(foot_contact, previous_foot_contact, forward_velocity):
    contact = foot_contact > 0.5
    before = previous_foot_contact > 0.5
    touched_down = np.logical_and(contact, np.logical_not(before))
    lifted = ~contact & before
    moving = (np.abs(forward_velocity) > 0.1).astype(np.float32)
    steps = np.sum(touched_down, axis=1, dtype=np.float32) * moving
    lifts = lifted.sum(axis=1) * 0.5
    single_stance = np.sum(np.where(contact, 1.0, 0.0), axis=1) == 1
    stance = 0.2 * single_stance
    speed = 0.8 * np.tanh(forward_velocity)
    total = 0.1 * steps + 0.1 * lifts + stance + speed
    return total, {"steps": 0.1 * steps, "lifts": 0.1 * lifts, "stance": stance, "speed": speed}
