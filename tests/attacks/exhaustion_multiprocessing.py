# attack: os.posix_spawn
# group: exhaustion
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    import os
    os.posix_spawn('/bin/sh', ['sh', '-c', 'touch @FOLDER@/owned'], {})
    return x, {}
