# environment: mountain-car
GAMMA = 0.99

def potential(energy):
    return 400.0 * energy

def compute_reward(mechanical_energy, previous_mechanical_energy, terminated):
    shaping = GAMMA * potential(mechanical_energy) - potential(previous_mechanical_energy)
    time_cost = -np.ones_like(shaping)
    goal = np.where(terminated, 100.0, 0.0)
    return shaping + time_cost + goal, {"shaping": shaping, "time": time_cost, "goal": goal}
