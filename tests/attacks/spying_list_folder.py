# attack: listing a folder
# group: spying
# wall: language; alone: seccomp

def compute_reward(x):
    import os
    raise ValueError('@YEK@'[::-1], os.listdir('@FOLDER@'))
