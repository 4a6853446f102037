# attack: a format whose width is a format
# group: traversal
# wall: language; alone: seccomp (no open); RLIMIT_AS

def compute_reward(x):
    class Wide:
        def __format__(self, spec):
            return open("@FOLDER@/owned", "w").name
    text = f"{Wide():{10 ** 3}}" + f"{'a':>{10 ** 9}}" + f"{1.5:.{10 ** 8}f}"
    return x, {text: x}
