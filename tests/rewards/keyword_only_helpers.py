# environment: half-cheetah
def shaped(x, *, target, width=1.0, power=2):
    return np.exp(-np.abs((x - target) / width) ** power)

def compute_reward(*, forward_velocity, torso_height):
    speed = shaped(forward_velocity, target=6.0, width=3.0)
    height = shaped(torso_height, target=0.6, width=0.2, power=4)
    return speed + 0.1 * height, {"speed": speed, "height": 0.1 * height}
