# attack: output without end
# group: exhaustion
# wall: language; alone: prints go nowhere; the deadline

def compute_reward(x):
    while True: print('x' * 10**6)
