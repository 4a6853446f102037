# attack: out of the empty root by the well-known way
# group: syscalls
# wall: language; alone: chroot, chdir and mount are refused, and nothing is open

def compute_reward(x):
    import ctypes, os
    lib = ctypes.CDLL(None)
    tried = [lib.mkdir(b"a", 511), lib.chroot(b"a"), lib.chdir(b"../../.."), lib.chroot(b"."), lib.umount2(b"/", 2), lib.fchdir(0)]
    assert any(number == 0 for number in tried)
    os.listdir("/")
    return x, {}
