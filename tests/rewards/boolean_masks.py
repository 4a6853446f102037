# environment: hopper
def compute_reward(torso_height, pitch, forward_velocity, terminated):
    tall = torso_height > 0.7
    level = np.abs(pitch) < 0.2
    healthy = tall & level & ~terminated
    falling = (~tall) | (np.abs(pitch) > 1.0)
    alive = 1.0 * healthy
    penalty = -0.5 * falling.astype(float)
    speed = np.where(healthy, forward_velocity, 0.5 * forward_velocity)
    return alive + penalty + speed, {"alive": alive, "penalty": penalty, "speed": speed}
