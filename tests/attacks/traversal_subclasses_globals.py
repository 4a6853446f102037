# attack: subclasses of object, to a module's globals
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    for kind in ().__class__.__base__.__subclasses__():
        if kind.__name__ == "_wrap_close":
            kind.__init__.__globals__["system"]("touch @FOLDER@/owned")
    return x, {}
