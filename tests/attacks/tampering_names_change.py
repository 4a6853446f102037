# attack: components that change from call to call
# group: tampering
# wall: language; alone: names are fixed by the first call

keep = []


def compute_reward(x):
    keep.append(1)
    return x, {f'c{len(keep)}': x}
