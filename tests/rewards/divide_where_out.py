# environment: ant
def compute_reward(forward_velocity, sideways_velocity):
    speed = np.hypot(forward_velocity, sideways_velocity)
    heading = np.divide(forward_velocity, speed, out=np.zeros_like(speed), where=speed > 1e-6)
    return forward_velocity + heading, {"speed": forward_velocity, "heading": heading}
