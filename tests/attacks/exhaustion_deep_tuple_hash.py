# attack: the hash of a tuple two hundred thousand levels deep, which overflows the stack in C
# group: exhaustion
# wall: language or confinement; alone: it ends its own process

def compute_reward(x):
    t = ()
    for a in range(200):
        for b in range(1000):
            t = (t,)
    return x * len({t: 1}), {"x": x}
