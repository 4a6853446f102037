# attack: stopping itself, so that nothing ever answers
# group: tampering
# wall: language; alone: signals are refused, and SIGKILL ends a stopped process

def compute_reward(x):
    import os, signal
    os.kill(os.getpid(), signal.SIGSTOP)
    return x, {}
