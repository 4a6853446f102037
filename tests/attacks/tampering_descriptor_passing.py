# attack: handing descriptors over the channel
# group: tampering
# wall: language; alone: seccomp (no sendmsg)

def compute_reward(x):
    import socket
    s = socket.socket(fileno=0)
    socket.send_fds(s, [b'x' * 5], [0, 0])
    return x, {}
