# attack: a dict that answers otherwise each time it is asked
# group: tampering
# wall: language; alone: subclasses are refused

def compute_reward(x):
    class Changing(dict):
        def items(self):
            return [("a", object())]
        def __len__(self):
            return 1
        def __iter__(self):
            return iter(["../../owned"])
    return x, Changing(a=x)
