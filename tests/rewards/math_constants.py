# environment: pendulum
import math

WIDTH = math.pi / 6
NORM = 1.0 / (WIDTH * math.sqrt(2 * math.pi))

def compute_reward(angle, angular_velocity):
    density = NORM * np.exp(-0.5 * (angle / WIDTH) ** 2)
    return density - 0.01 * angular_velocity**2, {"density": density}
