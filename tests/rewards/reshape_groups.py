# environment: ant
def compute_reward(joint_velocities, forward_velocity):
    legs = joint_velocities.reshape(-1, 4, 2)
    per_leg = np.sqrt((legs**2).sum(axis=2))
    even = -0.05 * per_leg.std(axis=1)
    return forward_velocity + even, {"speed": forward_velocity, "even": even}
