# attack: cycles that the collector may not collect
# group: exhaustion
# wall: language; alone: RLIMIT_AS or the deadline

def compute_reward(x):
    import gc
    gc.disable()
    while True:
        a = [bytearray(1 << 16)]
        a.append(a)
