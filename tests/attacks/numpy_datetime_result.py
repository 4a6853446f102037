# attack: dates as a result
# group: numpy
# wall: language; alone: only real numbers are copied

def compute_reward(x):
    return x.astype("M8[ns]"), {}
