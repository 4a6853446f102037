# attack: a frame that claims 4 GB
# group: tampering
# wall: language; alone: the form of a frame

def compute_reward(x):
    import os
    os.write(0, b'\x17\xff\xff\xff\xff')
    return x, {}
