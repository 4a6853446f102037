# environment: pendulum
import math

MAX_SPEED = 8.0
MAX_TORQUE = 2.0
WORST = math.pow(math.pi, 2) + 0.1 * MAX_SPEED ** 2 + 1e-3 * MAX_TORQUE ** 2
DECAY = math.log(2.0) / math.radians(20)


def compute_reward(angle, angular_velocity, torque):
    cost = (angle ** 2 + 0.1 * angular_velocity ** 2 + 1e-3 * torque ** 2) / WORST
    close = 0.2 * np.exp(-DECAY * np.abs(angle))
    return 1.0 - cost + close, {"cost": 1.0 - cost, "close": close}
