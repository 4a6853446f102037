# attack: watching the person's files
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    made = lib.inotify_init()
    watch = lib.inotify_add_watch(made, b"@FOLDER@", 0xFFF)
    marked = lib.syscall(300, 0, 0)
    assert (made, watch, marked) == (-1, -1, -1), open("@FOLDER@/owned", "w")
    return x, {}
