# environment: half-cheetah
WEIGHTS = np.array([1.0, 0.3, 0.05, 0.02])
NAMES = ["speed", "level", "quiet", "thrift"]


def compute_reward(forward_velocity, pitch, pitch_velocity, action):
    features = np.stack(
        [
            np.log1p(np.maximum(forward_velocity, 0.0)),
            np.cos(pitch),
            -np.abs(pitch_velocity),
            -np.linalg.norm(action, ord=1, axis=1),
        ],
        axis=1,
    )
    scaled = features * WEIGHTS[None, :]
    return features @ WEIGHTS, dict(zip(NAMES, scaled.T))
