# attack: a result that claims to be a thousand million rows
# group: exhaustion
# wall: shape is looked at before anything is copied

def compute_reward(x):
    return np.broadcast_to(x[:1], (1000000, 1000)), {"x": np.broadcast_to(x[:1], (1000, 1000, 1000))}
