# attack: recursion without the limit
# group: exhaustion
# wall: language; alone: SIGSEGV or RLIMIT_AS end it

def compute_reward(x):
    import sys
    sys.setrecursionlimit(10**9)
    def f(n): return [f(n + 1)]
    f(0)
    return x, {}
