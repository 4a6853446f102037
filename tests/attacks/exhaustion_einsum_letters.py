# attack: an einsum of as many letters as there are
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    y = np.einsum("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p->abcdefghijklmnop", *[np.ones(50)] * 16)
    return x + y.sum(), {"x": x}
