# environment: hopper
def compute_reward(forward_velocity, torso_height):
    forward_velocity = np.clip(forward_velocity, 0.0, 5.0)
    forward_velocity += 0.1
    torso_height = torso_height - 1.25
    torso_height **= 2
    return forward_velocity - torso_height, {"speed": forward_velocity, "height": -torso_height}
