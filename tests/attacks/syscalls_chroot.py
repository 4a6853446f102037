# attack: chroot
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.chroot(b'@FOLDER@')
    os.mkdir('/owned')
    return x, {}
