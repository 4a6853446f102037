# attack: two answers to one call, the second for the next
# group: tampering
# wall: language; alone: nothing may be said before it is asked

def compute_reward(x):
    import os, struct
    one = struct.pack("<BI", 23, 6) + struct.pack("<IBB", len(x), 0, 0)
    os.write(0, one + one)
    return x, {}
