# attack: a core dump with memory in it
# group: tampering
# wall: language; alone: seccomp; no dump

def compute_reward(x):
    import resource, os
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    os.abort()
    return x * 1.0, {}
