# environment: mountain-car
def compute_reward(position, velocity):
    bins = np.floor((position + 1.2) / 0.1).astype(int)
    step = np.round(bins / 17.0, decimals=2)
    fast = np.abs(velocity).round(3)
    return step + fast, {"step": step, "fast": fast}
