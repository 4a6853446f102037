# attack: connecting to a server
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    s = socket.create_connection(('127.0.0.1', @PORT@), 1)
    s.sendall(b'owned')
    return x, {}
