# attack: a KeyboardInterrupt as from the person
# group: tampering
# wall: language; alone: no exception object crosses

def compute_reward(x):
    raise KeyboardInterrupt
