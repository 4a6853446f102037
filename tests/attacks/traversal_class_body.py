# attack: a class body and its metaclass
# group: traversal
# wall: language; alone: seccomp (no fork, no exec)

class A(metaclass=lambda *a: __import__('os').system('touch @FOLDER@/owned')): pass


def compute_reward(x):
    return x, {}
