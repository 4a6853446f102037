# attack: a loop that swallows every exception
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    while True:
        try:
            while True: pass
        except BaseException: pass
    return x * 1.0, {}
