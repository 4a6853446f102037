# attack: attributes by way of structural pattern and positional names
# group: traversal
# wall: language

def compute_reward(x):
    match x:
        case np.ndarray(base=found):
            found = found.__class__
    return x, {}
