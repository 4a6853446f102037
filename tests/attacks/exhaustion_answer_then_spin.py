# attack: a forged answer, then an endless loop
# group: exhaustion
# wall: language; alone: the next call's deadline, then SIGKILL

def compute_reward(x):
    import os, struct
    os.write(0, struct.pack("<BI", 23, 6) + struct.pack("<IBB", len(x), 0, 0))
    while True:
        pass
