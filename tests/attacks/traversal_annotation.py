# attack: an annotation runs when the function is made
# group: traversal
# wall: language, or annotations are never run; alone: seccomp (no fork, no exec)

def helper(y: __import__('os').system('touch @FOLDER@/owned')):
    return y


def compute_reward(x):
    return x, {}
