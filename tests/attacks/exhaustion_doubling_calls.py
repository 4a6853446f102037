# attack: forty functions of which each calls the one before twice
# group: exhaustion
# wall: language or confinement; alone: the deadline

def f0(n): return n
def f1(n): return f0(f0(n + 1))
def f2(n): return f1(f1(n)) + f1(n)
def f3(n): return f2(f2(n)) + f2(n)
def f4(n): return f3(f3(n)) + f3(n)
def f5(n): return f4(f4(n)) + f4(n)
def f6(n): return f5(f5(n)) + f5(n)
def f7(n): return f6(f6(n)) + f6(n)
def f8(n): return f7(f7(n)) + f7(n)
def f9(n): return f8(f8(n)) + f8(n)
def f10(n): return f9(f9(n)) + f9(n)
def f11(n): return f10(f10(n)) + f10(n)
def f12(n): return f11(f11(n)) + f11(n)
def f13(n): return f12(f12(n)) + f12(n)
def f14(n): return f13(f13(n)) + f13(n)
def f15(n): return f14(f14(n)) + f14(n)
def f16(n): return f15(f15(n)) + f15(n)
def f17(n): return f16(f16(n)) + f16(n)
def f18(n): return f17(f17(n)) + f17(n)

def compute_reward(x):
    return x + f18(0), {"x": x}
