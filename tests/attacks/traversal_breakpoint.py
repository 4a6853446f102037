# attack: breakpoint opens a debugger
# group: traversal
# wall: language; alone: no terminal, no import

def compute_reward(x):
    breakpoint()
    return x, {}
