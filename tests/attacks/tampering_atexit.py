# attack: atexit
# group: tampering
# wall: language; alone: os._exit; seccomp

def compute_reward(x):
    import atexit
    atexit.register(lambda: open('@FOLDER@/owned', 'w'))
    return x, {}
