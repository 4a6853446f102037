# attack: numbers that differ from process to process
# group: numpy
# wall: language; alone: the critic's dry run

def compute_reward(x):
    return x + np.random.default_rng().normal(size=len(x)), {}
