# attack: a default argument runs when the function is made
# group: traversal
# wall: language; alone: seccomp (no open)

def helper(y=open('@FOLDER@/owned', 'w')):
    return y


def compute_reward(x):
    return x, {}
