# attack: a fixed-point combinator of lambdas
# group: exhaustion
# wall: language or confinement; alone: the recursion limit

def compute_reward(x):
    y = lambda f: (lambda g: [g][0]([g][0]))(lambda g: f(lambda n: [g][0](g)(n)))
    loop = y(lambda self: lambda n: self(n + 1))
    return x + loop(0), {"x": x}
