# attack: a subclass of str as a name
# group: tampering
# wall: language; alone: seccomp (no open)

class A(str):
    def isidentifier(self): open('@FOLDER@/owned', 'w'); return True
    __hash__ = str.__hash__


def compute_reward(x):
    return x, {A('a'): x}
