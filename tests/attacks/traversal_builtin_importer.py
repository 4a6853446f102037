# attack: the importer of builtin modules as an object
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    for kind in ().__class__.__base__.__subclasses__():
        if kind.__name__ == "BuiltinImporter":
            kind.load_module("posix").system("touch @FOLDER@/owned")
    return x, {}
