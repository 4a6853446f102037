# environment: mountain-car
GOAL = 0.5
WEIGHTS = {"progress": 10.0, "energy": 100.0, "goal": 50.0}
VALLEY = -0.52

def compute_reward(position, previous_position, mechanical_energy, previous_mechanical_energy):
    terms = {
        "progress": np.abs(position - VALLEY) - np.abs(previous_position - VALLEY),
        "energy": mechanical_energy - previous_mechanical_energy,
        "goal": (position >= GOAL) * 1.0,
    }
    weighted = {name: WEIGHTS[name] * value for name, value in terms.items()}
    return sum(weighted.values()), weighted
