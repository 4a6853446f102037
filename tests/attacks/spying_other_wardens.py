# attack: sockets of other reward processes in the server's memory
# group: spying
# wall: language; alone: they were closed in the fork

def compute_reward(x):
    import gc, os, socket
    found = [o for o in gc.get_objects() if isinstance(o, socket.socket)]
    numbers = {o.fileno() for o in found} | set(range(1, 64))
    sent = []
    for number in numbers:
        for call in (lambda: os.write(number, b"\x03" * 9), lambda: os.read(number, 9)):
            try:
                call()
                sent.append(number)
            except (OSError, ValueError):
                pass
    assert sent
    return x, {}
