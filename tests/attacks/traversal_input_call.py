# attack: input waits for a person
# group: traversal
# wall: language; alone: closed descriptors

def compute_reward(x):
    raise ValueError(input())
