# attack: an exception that is raised for what its class can reach
# group: traversal
# wall: language; alone: no exception object crosses

def compute_reward(x):
    raise ValueError(ValueError.__subclasses__, x.__class__) from KeyError("@YEK@"[::-1])
