# environment: cartpole
def unused_helper():
    ...

def another():
    pass

def compute_reward(pole_angle):
    total = np.cos(pole_angle)
    return total, {"upright": total}
