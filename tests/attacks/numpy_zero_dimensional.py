# attack: a result without an axis
# group: numpy
# wall: shape is looked at before anything is copied

def compute_reward(x):
    return np.asarray(1.0), {"x": np.asarray(2.0)}
