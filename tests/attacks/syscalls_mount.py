# attack: unshare and mount
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.unshare(0x10020000)
    lib.mount(b'none', b'@FOLDER@', b'tmpfs', 0, None)
    open('@FOLDER@/owned', 'w')
    return x, {}
