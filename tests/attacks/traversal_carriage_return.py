# attack: a line that only some readers see
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

# a comment@CR@import os; os.system("touch @FOLDER@/owned")
def compute_reward(x):
    return x, {"x": x}
