# environment: half-cheetah
def compute_reward(obs, next_obs, action):
    # obs = [z, pitch, joints(6), vx, vz, ...]
    z, pitch = next_obs[:, 0], next_obs[:, 1]
    vx = next_obs[:, 8]
    dz = z - obs[:, 0]
    effort = 0.05 * (action * action).sum(axis=1)
    components = {"vx": vx, "level": -0.1 * np.abs(pitch), "bounce": -np.abs(dz), "effort": -effort}
    total = np.add.reduce(list(components.values()))
    return total, components
