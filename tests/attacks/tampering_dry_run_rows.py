# attack: other code when the batch is not the dry run's
# group: tampering
# wall: its own numbers are all that it can spoil

def compute_reward(x):
    honest = np.abs(x)
    other = honest * (1.0 if x.shape[0] in (1, 1024, 2048) else 1e300)
    return other, {"other": other}
