# environment: hopper
def compute_reward(forward_velocity, torso_height, action):
    terms = {"speed": forward_velocity, "height": 0.2 * torso_height, "ctrl": -0.001 * (action ** 2).sum(-1)}
    terms["total"] = terms["speed"] + terms["height"] + terms["ctrl"]
    total = terms.pop("total")
    return total, terms
