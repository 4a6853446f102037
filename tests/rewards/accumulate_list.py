# environment: ant
def compute_reward(forward_velocity, uprightness, foot_contact):
    rewards = []
    rewards.append(("forward", 1.0, forward_velocity))
    rewards.append(("upright", 0.3, uprightness))
    rewards.append(("contact", 0.05, foot_contact.sum(axis=-1)))
    total = 0.0
    components = {}
    for name, weight, value in rewards:
        total = total + weight * value
        components[name] = weight * value
    return total, components
