# attack: total and all components are one array, and that is the input
# group: tampering
# wall: copied, row by row

def compute_reward(x):
    return x, {name: x for name in ("a", "b", "c", "d")}
