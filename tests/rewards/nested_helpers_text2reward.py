# environment: ant
import numpy as np


def compute_reward(torso_height, uprightness, forward_velocity, sideways_velocity, action, previous_action):
    # Constants
    TARGET_SPEED = 3.0
    W_SPEED, W_HEALTH, W_SIDE, W_ACT, W_SMOOTH = 1.0, 0.5, 0.1, 0.01, 0.01

    # --- helper: gaussian
    def gaussian(x, mu=0.0, sigma=1.0):
        return np.exp(-((x - mu) ** 2) / (2 * sigma ** 2))

    # --- stage 1: stand up
    def stage_stand():
        tall = gaussian(torso_height, mu=0.55, sigma=0.2)
        return 0.5 * (tall + np.clip(uprightness, 0, 1))

    # --- stage 2: go
    def stage_run():
        reached = np.minimum(forward_velocity / TARGET_SPEED, 1.5)
        return reached

    health = W_HEALTH * stage_stand()
    run = W_SPEED * stage_run()
    side = -W_SIDE * np.abs(sideways_velocity)
    act = -W_ACT * np.linalg.norm(action, axis=1)
    smooth = -W_SMOOTH * np.linalg.norm(action - previous_action, ord=1, axis=1)
    reward = health + run + side + act + smooth
    return reward, {"health": health, "run": run, "side": side, "act": act, "smooth": smooth}
