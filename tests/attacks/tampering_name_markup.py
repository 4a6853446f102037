# attack: a component named as markup
# group: tampering
# wall: language or confinement; alone: identifiers only

def compute_reward(x):
    return x, {'<script>alert(1)</script>': x}
