# attack: a dict of colliding keys
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    class A:
        def __hash__(self): return 1
        def __eq__(self, o): return False
    d = {A(): i for i in range(10**6)}
    return x, {}
