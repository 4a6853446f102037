# attack: warnings made into calls
# group: tampering
# wall: language; alone: its own process only

def compute_reward(x):
    import warnings
    warnings.simplefilter("error")
    warnings.showwarning = lambda *rest: open("@FOLDER@/owned", "w")
    return np.log(x - 1e9), {}
