# attack: a with statement whose settings are functions
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    with np.errstate(all="call", call=lambda *rest: open("@FOLDER@/owned", "w")):
        y = np.log(x * 0.0)
    return y, {"y": y}
