# environment: half-cheetah
square = lambda x: x * x
squash = lambda x, scale=1.0: np.tanh(x / scale)

def compute_reward(forward_velocity, action):
    cost = 0.1 * square(action).sum(axis=1)
    speed = squash(forward_velocity, scale=5.0)
    return speed - cost, dict(speed=speed, cost=-cost)
