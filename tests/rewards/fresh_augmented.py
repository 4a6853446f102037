# environment: half-cheetah
def compute_reward(forward_velocity, pitch, action, joint_velocities):
    total = forward_velocity.copy()
    total += 0.1 * np.cos(pitch)
    cost = np.square(action).sum(axis=-1)
    cost *= 0.1
    total -= cost
    jitter = np.array(joint_velocities, dtype=np.float64)
    jitter **= 2
    jitter /= 1000.0
    jitter = jitter.mean(axis=-1)
    total -= jitter
    return total, {"forward": forward_velocity, "cost": -cost, "jitter": -jitter}
