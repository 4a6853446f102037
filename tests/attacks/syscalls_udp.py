# attack: a datagram
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    socket.socket(2, 2).sendto(b'owned', ('127.0.0.1', @PORT@))
    return x, {}
