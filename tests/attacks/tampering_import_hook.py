# attack: an import hook
# group: tampering
# wall: language; alone: its own process only

def compute_reward(x):
    import sys
    sys.meta_path.insert(0, None)
    sys.modules['numpy'] = None
    return x, {}
