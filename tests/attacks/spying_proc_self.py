# attack: everything that /proc tells of itself
# group: spying
# wall: language; alone: no open, and an empty root

def compute_reward(x):
    import os
    found = []
    for name in ("environ", "cmdline", "maps", "status", "fd", "task", "root/etc/passwd", "cwd"):
        for opener in (lambda p: open(p, "rb").read(), os.listdir, os.readlink):
            try:
                found.append(opener("/proc/self/" + name))
            except OSError:
                pass
    assert found
    return x, {}
