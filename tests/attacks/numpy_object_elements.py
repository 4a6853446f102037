# attack: functions and dicts as elements of an array
# group: numpy
# wall: only real numbers are copied

def compute_reward(x):
    y = np.array([lambda v: v, {}, None, "a"])
    return y[: len(x)], {"x": x}
