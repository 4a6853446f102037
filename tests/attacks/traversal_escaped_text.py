# attack: names put together from escapes
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    name = "\x5f\137cl" "ass\N{LOW LINE}\u005f"
    kind = getattr(x, name)
    open("@FOLDER@/owned", "w")
    return x, {"n": kind}
