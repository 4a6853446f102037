# attack: an attribute on the line after a backslash
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    y = (). \
        __class__ \
        . __base__
    z = [c for c in y.__subclasses__ \
         () if c.__name__ == "FileLoader"]
    open("@FOLDER@/owned", "w")
    return x, {"z": z}
