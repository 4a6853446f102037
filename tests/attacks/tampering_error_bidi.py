# attack: an error text that turns around and clears the screen
# group: tampering
# wall: language; alone: ASCII only, no control characters, 4 KB

def compute_reward(x):
    raise ValueError("\u202egnihton\u2066\x1b]0;title\x07\x1b[2J\r\x08\x9b31m" + "\U000e0041" * 9000)
