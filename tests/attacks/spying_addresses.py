# attack: addresses of memory in the numbers that go out
# group: spying
# wall: language; alone: addresses of its own process, which holds no secret

def compute_reward(x):
    return np.full(len(x), float(id(x))), {"builtin": np.full(len(x), float(id(print)))}
