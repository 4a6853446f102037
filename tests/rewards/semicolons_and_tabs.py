# environment: cartpole
def compute_reward(pole_angle, cart_position):
	a = np.cos(pole_angle); b = -0.1 * cart_position ** 2
	total = a + b; return (total, {'a': a, 'b': b})
