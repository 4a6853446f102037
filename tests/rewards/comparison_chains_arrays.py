# environment: hopper
def compute_reward(torso_height, pitch, forward_velocity):
    in_range = (0.8 < torso_height) * (torso_height < 1.6)
    straight = np.logical_and(pitch > -0.2, pitch < 0.2)
    bonus = 0.5 * in_range + 0.25 * straight
    return forward_velocity + bonus, {"speed": forward_velocity, "bonus": bonus}
