# attack: a regular expression that takes exponential time
# group: exhaustion
# wall: language; alone: the deadline, then SIGKILL

def compute_reward(x):
    import re
    re.match("(a|a|aa)+$", "a" * 64 + "!")
    return x, {}
