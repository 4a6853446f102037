# attack: settings of NumPy that outlive the call
# group: numpy
# wall: language; alone: its own process only

def compute_reward(x):
    np.setbufsize(16)
    np.seterr(all="raise", over="call")
    return np.exp(x * 1e9), {}
