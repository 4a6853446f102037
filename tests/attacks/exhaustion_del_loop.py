# attack: a finalizer that never ends
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    class A:
        def __del__(self):
            while True: pass
    A()
    return x, {}
