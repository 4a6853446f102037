# attack: exceptions that hold each other, a thousand levels deep
# group: tampering
# wall: language; alone: type and text of the outermost only

def compute_reward(x):
    error = ValueError("first")
    for i in range(1000):
        error = ExceptionGroup("group", [error])
        error.__context__ = error.__cause__ = error
        error.add_note("owned" * 1000)
    raise error
