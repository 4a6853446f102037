# environment: ant
POSITION = slice(0, 13)
VELOCITY = slice(13, 27)

def compute_reward(next_obs, obs, action):
    positions, velocities = next_obs[:, POSITION], next_obs[:, VELOCITY]
    change = np.abs(next_obs[:, :13] - obs[:, :13]).mean(-1)
    calm = -0.01 * np.linalg.norm(velocities, axis=-1)
    shaped = velocities[:, 0] + 0.1 * positions[:, 0]
    return shaped + calm + change, {"shaped": shaped, "calm": calm, "change": change}
