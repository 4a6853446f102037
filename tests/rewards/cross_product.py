# environment: ant
FORWARD = np.array([1.0, 0.0])

def compute_reward(heading, forward_velocity, sideways_velocity):
    facing = np.stack((np.cos(heading), np.sin(heading)), axis=-1)
    alignment = np.matmul(facing, FORWARD)
    velocity = np.stack((forward_velocity, sideways_velocity), axis=-1)
    along = np.sum(velocity * facing, axis=-1)
    return along * np.maximum(alignment, 0.0), {"along": along, "alignment": alignment}
