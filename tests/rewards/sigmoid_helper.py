# environment: mountain-car
def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -50.0, 50.0)))

def compute_reward(position, velocity, action):
    near = sigmoid(10.0 * (position - 0.3))
    swing = np.sign(velocity) * (action - 1)
    return near + 0.1 * swing, {"near": near, "swing": 0.1 * swing}
