# attack: socket and connect by number
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    d = lib.socket(2, 1, 0)
    address = b'\2\0' + (@PORT@).to_bytes(2, 'big') + bytes([127, 0, 0, 1]) + bytes(8)
    lib.connect(d, address, 16)
    return x, {}
