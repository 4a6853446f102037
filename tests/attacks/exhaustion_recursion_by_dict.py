# attack: recursion through a dict, which no call by name shows
# group: exhaustion
# wall: language or confinement; alone: the recursion limit

def compute_reward(x):
    d = {}
    d["f"] = lambda n: d["f"](n + 1) + 1
    return x + d["f"](0), {"x": x}
