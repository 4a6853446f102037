# attack: np.show_config prints
# group: numpy
# wall: language; alone: prints go nowhere

def compute_reward(x):
    np.show_config()
    return x, {}
