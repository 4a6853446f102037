# attack: a reward that takes whatever there is
# group: tampering
# wall: language; alone: only named signals are given

def compute_reward(*everything, **named):
    return named["x"], {"n": everything[0]}
