# attack: __import__
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    __import__("os").system("touch @FOLDER@/owned")
    return x, {}
