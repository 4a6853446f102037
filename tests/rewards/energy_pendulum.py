# environment: pendulum
G, L, M = 10.0, 1.0, 1.0

def compute_reward(cos_angle, angular_velocity, previous_cos_angle, previous_angular_velocity):
    def energy(c, w):
        return 0.5 * M * (L * w) ** 2 / 3 + M * G * L * c / 2

    now, before = energy(cos_angle, angular_velocity), energy(previous_cos_angle, previous_angular_velocity)
    target = M * G * L / 2
    closer = np.abs(before - target) - np.abs(now - target)
    upright = 0.5 * (1 + cos_angle)
    return closer + upright, {"closer": closer, "upright": upright}
