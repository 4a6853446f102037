# attack: exec under another name
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    run = exec
    run("open('@FOLDER@/owned', 'w').write('x')")
    return x, {}
