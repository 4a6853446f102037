# attack: hooks of an array-like that computing calls
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    class Hook:
        def __array__(self, *rest, **named):
            open("@FOLDER@/owned", "w")
            return np.ones(len(x))
        def __array_ufunc__(self, *rest, **named):
            return open("@FOLDER@/owned", "w")
        __array_priority__ = 1e9
        __len__ = lambda self: len(x)
        __iter__ = lambda self: iter([open("@FOLDER@/owned", "w")])
    return x + Hook(), {"x": Hook()}
