# attack: compile and eval
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(eval(compile("open('@SECRET@').read()", "", "eval")))
