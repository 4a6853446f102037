# attack: an abstract socket
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    s = socket.socket(1, 1)
    s.connect('\0rewardsmith-attack')
    return x, {}
