# attack: serving the protocol itself, with other names on every call
# group: tampering
# wall: language; alone: names are fixed by the first call

import os, struct
os.write(0, b"\x15\0\0\0\0")
for letter in b"abcdefgh":
    os.read(0, 5)
    rows = struct.unpack("<I", os.read(0, 4))[0]
    body = struct.pack("<IBB", rows, 1, 1) + bytes([letter]).ljust(64, b"\0")
    os.write(0, struct.pack("<BI", 23, len(body)) + body)

def compute_reward(x):
    return x, {}
