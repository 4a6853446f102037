# environment: mountain-car
def _goal(done):
    return 10.0 * done


def _hill(position):
    return np.abs(position - (-0.5))


def _momentum(velocity):
    return 20.0 * np.abs(velocity)


_TERMS = (_goal, _hill, _momentum)


def compute_reward(terminated, position, velocity):
    values = [f(v) for f, v in zip(_TERMS, (terminated, position, velocity))]
    goal, hill, momentum = values
    step = np.full_like(hill, -1.0)
    return goal + 0.3 * hill + 0.3 * momentum + step, {"goal": goal, "hill": 0.3 * hill, "momentum": 0.3 * momentum, "step": step}
