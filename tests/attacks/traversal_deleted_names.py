# attack: names that are deleted so that the builtins show through
# group: traversal
# wall: language; alone: seccomp (no open)

def open(path, mode):
    return 0

def compute_reward(x):
    global open
    del open
    return x, {"f": open("@FOLDER@/owned", "w")}
