# attack: what the kernel tells of the machine without a file
# group: spying
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os
    lib = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(4096)
    found = [lib.syscall(number, buffer, 4096, 0) for number in (63, 79, 99, 318, 309, 102, 39)]
    for call in (os.uname, os.getcwd, os.getlogin, os.getloadavg, os.cpu_count):
        try:
            found.append(call())
        except OSError:
            found.append(None)
    raise ValueError(str(found) + buffer.raw[:100].hex())
