# attack: numbers in the other order of bytes
# group: numpy
# wall: language; alone: copied by NumPy, which knows the order

def compute_reward(x):
    return x.astype(">f8"), {"swapped": x.astype(">f4").newbyteorder() if False else x.astype(">i8")}
