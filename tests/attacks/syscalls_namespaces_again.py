# attack: new namespaces from inside, with all rights in them
# group: syscalls
# wall: language; alone: unshare, setns and clone are refused

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    tried = [lib.unshare(0x10000000), lib.unshare(0x20000), lib.setns(0, 0), lib.syscall(56, 0x10000011, 0, 0, 0, 0)]
    assert any(number >= 0 for number in tried)
    return x, {}
