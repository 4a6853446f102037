# attack: a traceback that points to lines that are not there
# group: tampering
# wall: language; alone: lines are looked up in the text that was sent

def compute_reward(x):
    code = compile("\n" * 100000 + "1/0", "<candidate>", "exec")
    exec(code)
    return x, {}
