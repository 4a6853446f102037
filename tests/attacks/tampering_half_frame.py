# attack: half a header, then nothing more
# group: tampering
# wall: language; alone: the deadline

def compute_reward(x):
    import os
    os.write(0, b"\x17\x46")
    while True:
        pass
