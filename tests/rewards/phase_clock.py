# environment: ant
PERIOD = 20


def compute_reward(episode_step, foot_contact, forward_velocity):
    phase = (episode_step % PERIOD) / PERIOD
    offsets = np.array([0.0, 0.5, 0.5, 0.0])
    leg_phase = np.mod(phase[:, None] + offsets, 1.0)
    desired = leg_phase < 0.6
    matches = np.mean(desired == (foot_contact > 0), axis=1)
    gait = 0.5 * matches
    speed = np.where(forward_velocity < 0, forward_velocity, np.minimum(forward_velocity, 2.0))
    total = gait + speed
    return total, {"gait": gait, "speed": speed}
