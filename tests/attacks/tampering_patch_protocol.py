# attack: replacing the protocol's functions
# group: tampering
# wall: language; alone: the form of a frame

def compute_reward(x):
    import rewardsmith.sandbox.protocol as p
    p.pack_result = lambda *a: b'x' * 10**6
    return x, {}
