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
    alive = 1.0 * np.ones_like(cart_position)
    close = -0.3 * (cart_position - target) ** 2
    tilt = -1.0 * np.abs(pole_angle)
    return alive + close + tilt, {"alive": alive, "close": close, "tilt": tilt}
""",
    ),
    "mountain-car-continuous": (
        """def compute_reward(position, velocity, force):
    motion = 1.0 * np.abs(velocity) / 0.07
    effort = -0.1 * force**2
    goal = np.where(position >= 0.45, 100.0, -0.5)
    return motion + effort + goal, {"motion": motion, "effort": effort, "goal": goal}
""",
        """def compute_reward(velocity, force, terminated):
    push = 20.0 * velocity * force
    effort = -0.02 * force**2
    end = np.where(terminated, 50.0, -0.2)
    return push + effort + end, {"push": push, "effort": effort, "end": end}
""",
        """def compute_reward(height, velocity, force, terminated):
    climb = 1.0 * np.maximum(height - 0.3, 0.0)
    swing = 0.5 * np.tanh(np.abs(velocity) / 0.02)
    effort = -0.05 * force**2
    end = np.where(terminated, 80.0, -0.8)
    total = climb + swing + effort + end
    return total, {"climb": climb, "swing": swing, "effort": effort, "end": end}
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
