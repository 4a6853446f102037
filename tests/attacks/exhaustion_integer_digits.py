# attack: decimal digits of a huge integer
# group: exhaustion
# wall: language or confinement; alone: the limit on digits or the deadline

def compute_reward(x):
    a = 1
    for i in range(1000):
        a = a * 1000000007 * 998244353
    return x + float(len(str(a)) + int("9" * 4000) % 7), {"x": x}
