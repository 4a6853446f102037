# environment: pendulum
def softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    weights = np.exp(shifted)
    return weights / weights.sum(axis=-1, keepdims=True)

def compute_reward(cos_angle, angular_velocity):
    logits = np.stack([cos_angle * 3, -cos_angle * 3], axis=-1)
    gate = softmax(logits)
    balance = np.exp(-np.abs(angular_velocity))
    swing = 0.1 * np.abs(angular_velocity)
    total = gate[:, 0] * balance + gate[:, 1] * swing
    return total, {"balance": gate[:, 0] * balance, "swing": gate[:, 1] * swing}
