# environment: ant
def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def compute_reward(joint_velocities, forward_velocity):
    attention = softmax(np.abs(joint_velocities))
    worst = -0.01 * (attention * np.abs(joint_velocities)).sum(axis=-1)
    evenness = -0.01 * np.sum(attention * np.log(attention + 1e-9), axis=-1)
    return forward_velocity + worst + evenness, {"forward": forward_velocity, "worst": worst, "evenness": evenness}
