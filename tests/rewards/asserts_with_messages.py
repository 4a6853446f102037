# environment: half-cheetah
def compute_reward(forward_velocity, action):
    assert action.ndim == 2 and action.shape[-1] == 6, f"unexpected action {action.shape}"
    assert forward_velocity.ndim == 1
    assert isinstance(action, np.ndarray)
    cost = 0.1 * np.square(action).sum(axis=-1)
    assert cost.shape == forward_velocity.shape
    return forward_velocity - cost, {"forward": forward_velocity, "cost": -cost}
