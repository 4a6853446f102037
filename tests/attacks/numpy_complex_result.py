# attack: complex numbers as a result
# group: numpy
# wall: kinds of numbers are looked at before anything is copied

def compute_reward(x):
    return np.linalg.eigvals(np.array([[0.0, 1.0], [-1.0, 0.0]]))[0] * x, {"x": x}
