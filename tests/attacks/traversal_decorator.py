# attack: a decorator runs when the function is made
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

@__import__('os').system
def helper(): pass


def compute_reward(x):
    return x, {}
