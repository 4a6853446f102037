# environment: ant
DT = 0.05


def compute_reward(forward_velocity, joint_velocities, previous_joint_velocities, action, previous_action):
    acceleration = (joint_velocities - previous_joint_velocities) / DT
    rew_acc = -2.5e-7 * (acceleration**2).sum(axis=-1)
    rew_rate = -0.01 * ((action - previous_action) ** 2).sum(axis=-1)
    rew_lin = forward_velocity.clip(min=None, max=5.0)
    reward = rew_lin
    reward += rew_acc
    reward += rew_rate
    return reward, dict(lin=rew_lin, acc=rew_acc, rate=rew_rate)
