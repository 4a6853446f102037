# attack: a component's name with a line end
# group: tampering
# wall: language or confinement; alone: identifiers only

def compute_reward(x):
    return x, {"speed\n": x, "a\r\nSet-Cookie": x}
