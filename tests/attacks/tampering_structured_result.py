# attack: a record array with escape codes for field names
# group: tampering
# wall: language; alone: kinds of numbers are listed, text is cleaned

def compute_reward(x):
    kind = np.dtype([("\x1b[2J\u202e" * 500, "f8"), ("b", "O")])
    return np.zeros(len(x), dtype=kind), {}
