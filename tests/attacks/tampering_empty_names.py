# attack: a forged answer with names of nothing, twice the same, and of bytes beyond ASCII
# group: tampering
# wall: language; alone: the form of a frame

def compute_reward(x):
    import os, struct
    names = b"\0" * 64 + b"a".ljust(64, b"\0") * 2 + b"\xff\xfe".ljust(64, b"\0")
    body = struct.pack("<IBB", len(x), 4, 1) + names
    os.write(0, struct.pack("<BI", 23, len(body)) + body)
    return x, {}
