# attack: ever new names, which the interpreter keeps
# group: exhaustion
# wall: language; alone: RLIMIT_AS or the deadline

def compute_reward(x):
    import sys
    i, kept = 0, []
    while True:
        kept.append(sys.intern("n" * 100000 + str(i)))
        i += 1
