# attack: a forged frame on the channel
# group: tampering
# wall: language; alone: the form of a frame

def compute_reward(x):
    import os
    os.write(0, b'\x17\x46\0\0\0\x04\0\0\0\x01\x01' + b'../../owned'.ljust(64, b'\0'))
    return x, {}
