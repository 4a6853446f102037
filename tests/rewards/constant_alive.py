# environment: cartpole
def compute_reward(pole_angle):
    alive = np.ones_like(pole_angle)
    return alive, {"alive": alive}
