# attack: a global statement replaces a builtin
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    global print
    print = open
    print("@FOLDER@/owned", "w")
    return x, {}
