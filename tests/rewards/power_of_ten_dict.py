# environment: ant
def compute_reward(forward_velocity, joint_velocities, action):
    hyper = {
        "speed": {"weight": 1.0, "temp": 1.0},
        "power": {"weight": 1e-3, "temp": 10.0},
    }
    r = {}
    r["speed"] = hyper["speed"]["weight"] * forward_velocity / hyper["speed"]["temp"]
    power = np.abs(np.sum(joint_velocities * action, axis=-1))
    r["power"] = -hyper["power"]["weight"] * np.minimum(power, hyper["power"]["temp"] * 10)
    total = sum(r[k] for k in r)
    return total, {k: v.astype(np.float32) for k, v in r.items()}
