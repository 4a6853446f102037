# attack: a function that lies about its parameters
# group: tampering
# wall: language; alone: only what there is can be asked for

class Code:
    co_varnames = ("../../owned", "x") * 1000000
    co_argcount, co_kwonlyargcount = 1 << 40, -5

class Odd:
    __code__, __defaults__ = Code(), None
    __call__ = lambda self, **named: (named["x"], {})

compute_reward = Odd()
