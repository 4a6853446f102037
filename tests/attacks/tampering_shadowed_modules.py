# attack: other meanings for np and for builtins
# group: tampering
# wall: language; alone: its own process only

def np(*rest):
    return rest

def len(rows):
    return 10**9

def compute_reward(x):
    return x, {"n": np(len(x))}
