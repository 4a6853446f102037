# environment: ant
def apply(function, x, scale):
    return scale * function(x)

def compute_reward(forward_velocity, sideways_velocity):
    speed = apply(np.tanh, forward_velocity, 2.0)
    drift = apply(np.abs, sideways_velocity, -0.5)
    return speed + drift, {"speed": speed, "drift": drift}
