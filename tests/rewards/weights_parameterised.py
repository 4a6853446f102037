# environment: half-cheetah
PARAMS = dict(speed=1.0, effort=0.1, level=0.2)

def compute_reward(forward_velocity, action, pitch):
    w = PARAMS
    speed = w["speed"] * forward_velocity
    effort = -w.get("effort", 0.05) * (action ** 2).mean(axis=-1)
    level = w["level"] * np.cos(pitch)
    return speed + effort + level, {"speed": speed, "effort": effort, "level": level}
