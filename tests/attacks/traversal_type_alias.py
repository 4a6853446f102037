# attack: a class made through annotations that run
# group: traversal
# wall: annotations are dropped with the language; alone: no file can be opened

def compute_reward(x):
    def helper(a: (lambda: open("@CANARY@", "w").write("x"))() = 1) -> 1:
        return a
    return x, {"x": x * helper()}
