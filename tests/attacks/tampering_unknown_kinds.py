# attack: frames of every kind that there is
# group: tampering
# wall: language; alone: the form of a frame

def compute_reward(x):
    import os, struct
    for kind in (0, 1, 2, 3, 4, 10, 11, 20, 21, 255, 22, 23):
        os.write(0, struct.pack("<BI", kind, 8) + b"\xff" * 8)
    return x, {}
