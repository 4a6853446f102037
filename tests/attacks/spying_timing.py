# attack: measuring time, to tell what the machine does beside it
# group: spying
# wall: language; alone: a clock is all that it has; nothing goes out but numbers

def compute_reward(x):
    import time
    begin = time.perf_counter_ns()
    return x + (time.perf_counter_ns() - begin), {"clock": x * 0 + time.time()}
