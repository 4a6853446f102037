# attack: taking locks that the interpreter needs
# group: tampering
# wall: language; alone: the deadline, then SIGKILL

def compute_reward(x):
    import _imp, sys
    _imp.acquire_lock()
    sys.setswitchinterval(1e9)
    while True:
        _imp.acquire_lock()
