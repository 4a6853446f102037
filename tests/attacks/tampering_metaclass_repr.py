# attack: an exception whose class computes its own name
# group: tampering
# wall: language; alone: cleaned text; the deadline

def compute_reward(x):
    class Meta(type):
        __name__ = property(lambda self: open("@FOLDER@/owned", "w"))
        def __instancecheck__(self, other):
            return open("@FOLDER@/owned", "w")
    class Odd(Exception, metaclass=Meta):
        def __str__(self):
            while True:
                pass
    raise Odd()
