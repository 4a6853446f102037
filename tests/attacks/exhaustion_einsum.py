# attack: an einsum without end
# group: exhaustion
# wall: language or confinement; alone: the deadline

def compute_reward(x):
    a = np.ones(3000)
    return x + np.einsum('i,j,k,l->', a, a, a, a), {}
