# attack: an answer that comes one byte at a time
# group: exhaustion
# wall: language; alone: the deadline is of the whole call

def compute_reward(x):
    import os, struct, time
    os.write(0, struct.pack("<BI", 23, 6))
    end = time.monotonic() + 3
    for byte in (b"\0", b"\0", b"\0"):
        while time.monotonic() < end:
            pass
        os.write(0, byte)
        end += 3
    return x, {}
