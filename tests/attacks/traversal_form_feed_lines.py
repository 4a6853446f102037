# attack: line separators that only some readers know
# group: traversal
# wall: source is compiled as text, the line is a comment; alone: seccomp (no fork, no exec)

def compute_reward(x):
    y = x  #   import os; os.system('touch @FOLDER@/owned')
    return y * 1.0, {}
