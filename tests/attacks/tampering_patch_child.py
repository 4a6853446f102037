# attack: replacing the loop of the reward process
# group: tampering
# wall: language; alone: the deadline

def compute_reward(x):
    import rewardsmith.sandbox.child as c
    c._tell = c._send = lambda *a: None
    return x, {}
