# attack: a trace function
# group: tampering
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import sys
    sys.settrace(lambda *a: open('@FOLDER@/owned', 'w'))
    return x, {}
