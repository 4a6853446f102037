# environment: ant
from math import pi as PI


def wrap(angle):
    return (angle + PI) % (2.0 * PI) - PI


def rotation(yaw):
    c, s = np.cos(yaw), np.sin(yaw)
    return np.stack([np.stack([c, s], axis=-1), np.stack([-s, c], axis=-1)], axis=-2)


def compute_reward(heading, forward_velocity, sideways_velocity):
    world = np.stack((forward_velocity, sideways_velocity), axis=-1)
    body = np.einsum("nij,nj->ni", rotation(heading), world)
    along, across = body.T
    terms = {
        "along": np.clip(along, -1.0, 4.0),
        "across": -0.5 * np.abs(across),
        "facing": 0.3 * np.cos(wrap(heading)),
    }
    return sum(terms.values()), terms
