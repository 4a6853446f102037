# environment: ant
def compute_reward(joint_angles, uprightness):
    bad = (np.abs(joint_angles) > 1.2).any(axis=1) | (uprightness < 0.0)
    good = (~bad).astype("float32")
    total = good * uprightness
    return total, {"good": good}
