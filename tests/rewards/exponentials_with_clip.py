# environment: ant
def compute_reward(forward_velocity, torso_height, uprightness):
    t = {"v": 0.5, "h": 5.0, "u": 3.0}
    v = np.exp(np.clip(t["v"] * forward_velocity, -10, 3)) - 1.0
    h = np.exp(-t["h"] * np.abs(torso_height - 0.57))
    u = 1.0 / (1.0 + np.exp(-t["u"] * (uprightness - 0.5)))
    weights = 1.0, 0.2, 0.1
    parts = [w * p for w, p in zip(weights, (v, h, u), strict=True)]
    return parts[0] + parts[1] + parts[2], {"v": parts[0], "h": parts[1], "u": parts[2]}
