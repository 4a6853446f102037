# environment: half-cheetah
def compute_reward(forward_velocity, pitch, action):
    total = 0.0
    speed = 2.0 * forward_velocity
    total += speed
    total += -0.1 * np.abs(pitch)
    total -= 0.1 * (action**2).sum(-1)
    return total, {"speed": speed}
