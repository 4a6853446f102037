# attack: replacing builtins
# group: tampering
# wall: language; alone: its own process only

def compute_reward(x):
    import builtins
    builtins.len = builtins.tuple = lambda *a: 7
    return x, {}
