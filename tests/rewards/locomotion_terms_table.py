# environment: half-cheetah
TERMS = (
    ("track_speed", 1.5),
    ("vertical_motion", -2.0),
    ("pitch_rate", -0.05),
    ("joint_speed", -2e-4),
    ("action_size", -0.01),
)
TARGET_SPEED = 6.0
STD = 1.5


def _square_sum(x):
    return np.sum(np.square(x), axis=1)


def compute_reward(forward_velocity, vertical_velocity, pitch_velocity, joint_velocities, action):
    """Each term times its weight, as manager-based locomotion tasks are written."""
    raw = {
        "track_speed": np.exp(-np.square(TARGET_SPEED - forward_velocity) / STD**2),
        "vertical_motion": np.square(vertical_velocity),
        "pitch_rate": np.square(pitch_velocity),
        "joint_speed": _square_sum(joint_velocities),
        "action_size": _square_sum(action),
    }
    weighted = {name: weight * raw[name] for name, weight in TERMS}
    total = np.zeros_like(forward_velocity)
    for value in weighted.values():
        total = total + value
    return total, weighted
