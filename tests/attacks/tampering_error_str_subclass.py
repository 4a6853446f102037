# attack: an exception whose text is an object of its own
# group: tampering
# wall: language; alone: bytes cross, and they are cleaned by the client

def compute_reward(x):
    class Text(str):
        def __getitem__(self, key): return self
        def encode(self, *a, **k): return b"\x1b[2J" * 9999
        def strip(self, *a): return self
    class E(Exception):
        def __str__(self): return Text("\x1b[2J" * 9999)
    raise E()
