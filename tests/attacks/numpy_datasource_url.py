# attack: DataSource over the network
# group: numpy
# wall: language; alone: seccomp (no socket)

def compute_reward(x):
    np.lib.npyio.DataSource().open('http://127.0.0.1:@PORT@/x')
    return x, {}
