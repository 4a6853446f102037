# attack: waiting for ever for a lock that nobody holds
# group: exhaustion
# wall: language; alone: the deadline, then SIGKILL

def compute_reward(x):
    import ctypes
    word = (ctypes.c_int * 1)(7)
    while True:
        ctypes.CDLL(None).syscall(202, word, 0, 7, None, None, 0)
