# environment: pendulum
import numpy as np

def compute_reward(angle, torque):
    shaped = np.piecewise(angle.astype(float), [np.abs(angle) < 0.1, np.abs(angle) >= 0.1], [1.0, lambda x: -np.abs(x)])
    return shaped - 0.001 * torque**2, {"shaped": shaped, "effort": -0.001 * torque**2}
