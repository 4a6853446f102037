"""Ten rewards with which three cheap tasks are learned: what `bench_retune.py` breaks and mends."""

REWARDS = {
    "cartpole": (
        """def compute_reward(pole_angle, cart_position, terminated):
    near = 1.0 - 0.5 * np.abs(cart_position - 1.0)
    upright = -2.0 * pole_angle**2
    fall = np.where(terminated, -10.0, 0.0)
    return near + upright + fall, {"near": near, "upright": upright, "fall": fall}
""",
        """def compute_reward(pole_angular_velocity, cart_position):
    alive = 2.0 * np.ones_like(cart_position)
    distance = -1.0 * np.abs(cart_position - 1.0)
    calm = -0.1 * np.abs(pole_angular_velocity)
    return alive + distance + calm, {"alive": alive, "distance": distance, "calm": calm}
""",
        """def compute_reward(pole_angle, cart_position, cart_velocity):
    there = 1.5 * np.exp(-(((cart_position - 1.0) / 1.2) ** 2))
    upright = 0.5 * np.exp(-((pole_angle / 0.15) ** 2))
    slow = -0.05 * cart_velocity**2
    return there + upright + slow, {"there": there, "upright": upright, "slow": slow}
""",
        """def compute_reward(cart_position, pole_angle):
    target = 1.0
    close = 2.0 / (1.0 + ((cart_position - target) / 0.6) ** 2)
    tilt = -1.0 * np.abs(pole_angle)
    return close + tilt, {"close": close, "tilt": tilt}
""",
    ),
    "mountain-car-continuous": (
        """def compute_reward(position, velocity, force):
    near = -2.0 * np.abs(position + 0.65)
    calm = -5.0 * np.abs(velocity)
    effort = -0.05 * force**2
    return near + calm + effort, {"near": near, "calm": calm, "effort": effort}
""",
        """def compute_reward(position, velocity):
    there = 1.0 * np.exp(-(((position + 0.65) / 0.15) ** 2))
    still = 0.2 * np.exp(-((velocity / 0.01) ** 2))
    past = -2.0 * np.maximum(-0.8 - position, 0.0)
    return there + still + past, {"there": there, "still": still, "past": past}
""",
        """def compute_reward(position, velocity, terminated):
    close = 1.0 - np.abs(position + 0.65) / 0.3
    parked = np.where(np.abs(position + 0.65) < 0.1, 1.0, 0.0)
    drift = -0.2 * np.abs(velocity) / 0.07
    end = np.where(terminated, -20.0, 0.0)
    total = close + parked + drift + end
    return total, {"close": close, "parked": parked, "drift": drift, "end": end}
""",
    ),
    "pendulum": (
        """def compute_reward(angle, angular_velocity, torque):
    upright = -1.0 * angle**2
    still = -0.1 * angular_velocity**2
    effort = -0.001 * torque**2
    return upright + still + effort, {"upright": upright, "still": still, "effort": effort}
""",
        """def compute_reward(cos_angle, angle, angular_velocity):
    high = 1.0 * cos_angle
    balance = 2.0 * np.exp(-((angle / 0.4) ** 2)) * np.exp(-((angular_velocity / 2.0) ** 2))
    spin = -0.3 * np.maximum(np.abs(angular_velocity) - 6.0, 0.0)
    return high + balance + spin, {"high": high, "balance": balance, "spin": spin}
""",
        """def compute_reward(cos_angle, angular_velocity):
    energy = 0.05 * angular_velocity**2 + cos_angle
    swing = -1.0 * np.abs(energy - 1.0)
    high = 1.5 * np.maximum(cos_angle - 0.5, 0.0)
    wild = -0.02 * np.where(cos_angle > 0.7, np.abs(angular_velocity), 0.0)
    return swing + high + wild, {"swing": swing, "high": high, "wild": wild}
""",
    ),
}
