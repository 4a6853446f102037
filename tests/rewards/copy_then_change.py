# environment: half-cheetah
def compute_reward(forward_velocity, pitch):
    capped = forward_velocity.copy()
    capped[capped > 8.0] = 8.0
    capped *= 0.5
    tilt = np.array(pitch)
    tilt[np.abs(tilt) < 0.1] = 0
    return capped - np.abs(tilt), {"speed": capped, "tilt": -np.abs(tilt)}
