# environment: cartpole
import numpy

def compute_reward(cart_position, pole_angle):
    center = 1.0 - numpy.abs(cart_position) / 2.4
    upright = numpy.cos(pole_angle)
    return center + upright, {"center": center, "upright": upright}
