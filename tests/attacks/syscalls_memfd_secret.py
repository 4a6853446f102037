# attack: hidden memory files
# group: syscalls
# wall: language; alone: no call that makes a descriptor

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    made = [lib.syscall(number, 0, 0, 0, 0, 0, 0) for number in (447, 319, 424, 425, 434, 438, 442, 444)]
    assert any(number >= 0 for number in made)
    return x, {}
