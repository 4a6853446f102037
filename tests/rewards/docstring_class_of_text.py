# environment: mountain-car
r"""Reward for mountain-car.

Uses {mechanical energy} and \alpha * height; 100% "safe".
"""

GRAVITY, GOAL = 0.0025, 0.45


def compute_reward(position, velocity, height, mechanical_energy, terminated):
    '''Energy shaping: `E = 0.5 v^2 + g h`.'''
    energy = 10.0 * (0.5 * velocity ** 2 + GRAVITY * height)
    progress = np.clip((position + 1.2) / (GOAL + 1.2), 0.0, 1.0)
    goal = np.where(terminated & (position >= GOAL), 100.0, 0.0)
    time_cost = -1.0 + 0.0 * mechanical_energy
    return energy + progress + goal + time_cost, {
        "energy": energy,
        "progress": progress,
        "goal": goal,
        "time_cost": time_cost,
    }
