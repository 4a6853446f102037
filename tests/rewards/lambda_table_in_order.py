# environment: cartpole
TERMS = {
    "angle": lambda s: -s["angle"] ** 2,
    "position": lambda s: -0.05 * s["position"] ** 2,
    "alive": lambda s: np.ones_like(s["angle"]),
}


def compute_reward(pole_angle, cart_position):
    signals = {"angle": pole_angle, "position": cart_position}
    components = {name: term(signals) for name, term in TERMS.items()}
    total = np.sum([components[name] for name in components], axis=0)
    return total, components
