# attack: small pieces for ever
# group: exhaustion
# wall: language; alone: RLIMIT_AS

def compute_reward(x):
    parts = []
    while True: parts.append(bytes(10**6))
