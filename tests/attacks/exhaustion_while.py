# attack: while True
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    while True: pass
