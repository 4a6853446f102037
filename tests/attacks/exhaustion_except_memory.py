# attack: an except that swallows the memory error
# group: exhaustion
# wall: language; alone: RLIMIT_AS and the deadline

def compute_reward(x):
    parts = []
    while True:
        try: parts.append(np.ones(10**7))
        except BaseException: pass
    return x * 1.0, {}
