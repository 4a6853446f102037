# attack: recursion through map and sorted, which takes C's stack
# group: exhaustion
# wall: language or confinement; alone: the recursion limit

def compute_reward(x):
    d = {}
    d["f"] = lambda n: len(sorted(list(map(d["f"], [n, n])), key=d["f"]))
    return x + d["f"](0), {"x": x}
