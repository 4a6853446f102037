# attack: names of arguments out of a dict
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    y = np.zeros(3, **{"dtype": "O"})
    z = np.array(x, **{"like": y, "subok": True})
    open(**{"file": "@FOLDER@/owned", "mode": "w"})
    return x, {"y": y}
