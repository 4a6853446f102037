# attack: a lock taken twice
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    import _thread
    lock = _thread.allocate_lock()
    lock.acquire()
    lock.acquire()
    return x, {}
