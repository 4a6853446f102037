# environment: hopper
# Idea: the hopper should move forward; I tried 3 versions before. v4:
#   * bigger weight on speed
#   * no bonus for height above 1.3 (it jumped on the spot)
def compute_reward(forward_velocity, torso_height, action):  # noqa: E501
    w = 1.2  # weight of speed  (was 1.0)
    ######################################
    speed = w * forward_velocity  # "speed"
    height = np.where(  # capped
        torso_height < 1.3,  # m
        torso_height,
        1.3,
    )
    cost = 1e-3 * np.square(action).sum(-1)  # small
    total = speed + 0.5 * height - cost;  # ok
    return total, {
        "speed": speed,
        "height": 0.5 * height,  # capped
        "cost": -cost,
    }  # end
