# attack: threads without end
# group: exhaustion
# wall: language; alone: seccomp (no clone)

def compute_reward(x):
    import _thread
    while True: _thread.start_new_thread(lambda: None, ())
