# attack: a reward that is no function
# group: tampering
# wall: language; alone: what has no code is refused

class Odd:
    __code__ = property(lambda self: open("@FOLDER@/owned", "w"))
    __call__ = lambda self, **named: (named["x"], {})

compute_reward = Odd()
