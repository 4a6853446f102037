# environment: hopper
def penalise(values, mask, amount):
    values[mask] -= amount
    return values

def compute_reward(forward_velocity, torso_height):
    base = np.array(forward_velocity)
    base = penalise(base, torso_height < 0.7, 5.0)
    return base, {"base": base}
