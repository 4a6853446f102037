# attack: saying that it is ready while it compiles for ever
# group: tampering
# wall: language; alone: the deadline of the call, then SIGKILL

import os
os.write(0, b"\x15\0\0\0\0")
while True:
    pass

def compute_reward(x):
    return x, {}
