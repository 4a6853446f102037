# attack: components named as words of Python and as private names
# group: tampering
# wall: identifiers are data everywhere; nothing is looked up by them

def compute_reward(x):
    return x, {"class": x, "__class__": x, "None": x, "total": x, "file": x, "self": x, "_": x}
