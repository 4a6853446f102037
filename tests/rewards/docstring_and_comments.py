# environment: hopper
"""A reward for hopping — forward velocity (m/s), angle in ° and effort ≈ small."""


def compute_reward(forward_velocity, pitch, action):
    """Reward forward hopping.

    Shapes: all signals are (N,), except `action`, (N, 3).  Uses π as np.pi.
    """
    # speed → main term (weight 1.0)
    speed = forward_velocity
    # lean: |pitch| ≤ 0.2 rad is fine
    lean = -np.maximum(np.abs(pitch) - 0.2, 0.0)
    effort = -1e-3 * np.sum(action**2, axis=-1)  # Σ aᵢ²
    return speed + lean + effort, {"speed": speed, "lean": lean, "effort": effort}
