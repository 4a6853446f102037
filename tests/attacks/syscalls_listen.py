# attack: listening
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    socket.create_server(('127.0.0.1', 0)).accept()
    return x, {}
