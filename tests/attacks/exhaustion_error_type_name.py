# attack: an error whose type has a long name
# group: exhaustion
# wall: language; alone: 4 KB

def compute_reward(x):
    raise type('E' * 10**6, (Exception,), {})('x')
