# attack: np.lib.npyio.DataSource opens files and addresses
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    raise ValueError(np.lib.npyio.DataSource().open('@SECRET@').read())
