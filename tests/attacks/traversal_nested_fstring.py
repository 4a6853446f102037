# attack: an f-string within a format within an f-string
# group: traversal
# wall: language; alone: no file can be opened

def compute_reward(x):
    text = f"{x:{f'{open(chr(47) + str(1)).read()}'}}"
    return x, {}
