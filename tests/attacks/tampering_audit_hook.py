# attack: an audit hook
# group: tampering
# wall: language; alone: its own process only

def compute_reward(x):
    import sys
    sys.addaudithook(lambda *a: 1 / 0)
    return x, {}
