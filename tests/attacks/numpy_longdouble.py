# attack: numbers wider than those that cross
# group: numpy
# wall: copied by NumPy as float64; rows are counted

def compute_reward(x):
    wide = np.asarray(x, dtype=np.result_type(x, "g")) * 10 ** np.longdouble(4000)
    return wide, {"wide": -wide}
