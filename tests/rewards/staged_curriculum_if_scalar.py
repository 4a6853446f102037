# environment: ant
STAGE = 2


def compute_reward(forward_velocity, torso_height, action):
    if STAGE == 1:
        w = {"h": 1.0, "v": 0.5}
    elif STAGE == 2:
        w = {"h": 0.3, "v": 1.0}
    else:
        w = {"h": 0.1, "v": 2.0}
    h = w["h"] * np.exp(-10.0 * np.square(torso_height - 0.6))
    v = w["v"] * forward_velocity
    c = -0.005 * np.square(action).sum(-1)
    return h + v + c, {"h": h, "v": v, "c": c}
