# attack: an asynchronous comprehension
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    async def read():
        return [c async for c in other()]
    async def other():
        yield open("@FOLDER@/owned", "w")
    read().send(None)
    return x, {}
