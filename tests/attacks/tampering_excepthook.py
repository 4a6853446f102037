# attack: an exception hook
# group: tampering
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import sys
    sys.excepthook = sys.unraisablehook = lambda *a: open('@FOLDER@/owned', 'w')
    raise ValueError
