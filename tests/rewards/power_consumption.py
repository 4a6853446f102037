# environment: half-cheetah
GEAR = [120.0, 90.0, 60.0, 120.0, 60.0, 30.0]


def compute_reward(action, joint_velocities, forward_velocity):
    torque = action * np.asarray(GEAR, dtype=np.float32)
    mechanical_power = np.abs(torque * joint_velocities).sum(-1)
    cost_of_transport = mechanical_power / np.maximum(np.abs(forward_velocity), 0.1) / 1000.0
    efficient = -np.log1p(cost_of_transport)
    fast = np.sqrt(np.maximum(forward_velocity, 0.0) + 1e-6)
    return fast + 0.1 * efficient, {"fast": fast, "efficient": 0.1 * efficient}
