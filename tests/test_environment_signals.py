"""Every signal of every shipped environment against the simulator's own state."""

import mujoco
import numpy as np
import pytest
from rollouts import CLASSIC, LOCOMOTION, block_of, close, environment_on, roll
from scipy.spatial.transform import Rotation

from rewardsmith.backends import make_backend
from rewardsmith.environments import load_environment
from rewardsmith.signals import SignalReader, Transitions

SECONDS = {"half-cheetah": 0.05, "hopper": 0.008, "ant": 0.05}
ANT_FEET = ("left_ankle_geom", "right_ankle_geom", "third_ankle_geom", "fourth_ankle_geom")


# ---------------------------------------------------------------- expected values


def mujoco_state(simulator):
    """What MuJoCo itself says of a copy: its state, and geometry worked out afresh from it."""
    model, data = simulator.model, simulator.data
    fresh = mujoco.MjData(model)
    fresh.qpos[:], fresh.qvel[:] = data.qpos, data.qvel
    mujoco.mj_kinematics(model, fresh)
    torso = model.body("torso").id
    return {
        "qpos": data.qpos.copy(),
        "qvel": data.qvel.copy(),
        "torso": fresh.xpos[torso].copy(),
        "axes": fresh.xmat[torso].reshape(3, 3).copy(),
        "lagging_torso": data.xpos[torso].copy(),
        "feet": feet_on_ground(model, data),
    }


def feet_on_ground(model, data):
    """1 for each of the ant's feet that some contact presses on, from MuJoCo's contact forces."""
    bodies = {
        int(model.geom(name).bodyid[0]): index
        for index, name in enumerate(ANT_FEET)
        if mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_GEOM, name) >= 0
    }
    feet, force = np.zeros(len(ANT_FEET)), np.zeros(6)
    for number in range(data.ncon):
        mujoco.mj_contactForce(model, data, number, force)
        for geom in data.contact[number].geom:
            body = int(model.geom_bodyid[geom])
            if body in bodies and np.any(force != 0):
                feet[bodies[body]] = 1
    return feet


def planar(seconds, first_joint, clip):
    """Expected signals of the planar runners, from the state before and after a step."""
    return {
        "forward_velocity": lambda b, a: (a["qpos"][0] - b["qpos"][0]) / seconds,
        "x_position": lambda b, a: a["torso"][0],
        "torso_height": lambda b, a: a["torso"][2],
        "vertical_velocity": lambda b, a: np.clip(a["qvel"][1], -clip, clip),
        "pitch": lambda b, a: a["qpos"][2],
        "pitch_velocity": lambda b, a: np.clip(a["qvel"][2], -clip, clip),
        "joint_angles": lambda b, a: a["qpos"][first_joint:],
        "joint_velocities": lambda b, a: np.clip(a["qvel"][first_joint:], -clip, clip),
    }


EXPECTED = {
    "half-cheetah": planar(0.05, 3, np.inf),
    "hopper": planar(0.008, 3, 10),
    "ant": {
        "forward_velocity": lambda b, a: (a["lagging_torso"] - b["lagging_torso"])[0] / 0.05,
        "sideways_velocity": lambda b, a: (a["lagging_torso"] - b["lagging_torso"])[1] / 0.05,
        "vertical_velocity": lambda b, a: a["qvel"][2],
        "torso_height": lambda b, a: a["torso"][2],
        "uprightness": lambda b, a: a["axes"][2, 2],
        "heading": lambda b, a: np.arctan2(a["axes"][1, 0], a["axes"][0, 0]),
        "angular_velocity": lambda b, a: a["qvel"][3:6],
        "joint_angles": lambda b, a: a["qpos"][7:],
        "joint_velocities": lambda b, a: a["qvel"][6:],
        "foot_contact": lambda b, a: a["feet"],
    },
    "cartpole": {
        "cart_position": lambda s: s[0],
        "cart_velocity": lambda s: s[1],
        "pole_angle": lambda s: s[2],
        "pole_angular_velocity": lambda s: s[3],
    },
    "mountain-car": {
        "position": lambda s: s[0],
        "velocity": lambda s: s[1],
        # The height at which Gymnasium draws the car.
        "height": lambda s: np.sin(3 * s[0]) * 0.45 + 0.55,
        # The force along the track is -0.0025 cos(3x): its potential by the midpoint rule.
        "mechanical_energy": lambda s: s[1] ** 2 / 2 + potential(s[0]),
    },
    "pendulum": {
        "cos_angle": lambda s: np.cos(s[0]),
        "sin_angle": lambda s: np.sin(s[0]),
        "angle": lambda s: (s[0] + np.pi) % (2 * np.pi) - np.pi,
        "angular_velocity": lambda s: s[1],
    },
}


def potential(position):
    """What it takes to bring the car from 0 to `position` against the slope."""
    edges = np.linspace(0, position, 2001)
    middles = (edges[1:] + edges[:-1]) / 2
    return float(np.sum(0.0025 * np.cos(3 * middles) * np.diff(edges)))


# ---------------------------------------------------------------- gymnasium


@pytest.mark.parametrize("name", LOCOMOTION)
def test_signals_of_a_robot_are_what_mujoco_says(name):
    environment = environment_on(name, "gymnasium", limit=70)
    backend = make_backend(environment, [3, 4])
    copies = [copy.unwrapped for copy in backend._copies]
    block, valid, seen = roll(
        backend, 200, np.random.default_rng(1), lambda: [mujoco_state(c) for c in copies]
    )
    assert (~valid).sum() >= 4
    read = environment.reader().read(block, environment.reader().names())
    assert set(EXPECTED[name]) == {signal.name for signal in environment.signals}
    for signal, expected in EXPECTED[name].items():
        for step, column in np.argwhere(valid):
            before, after = seen[step][column], seen[step + 1][column]
            close(read[signal][step, column], expected(before, after), signal)
            if signal in {"torso_height", "uprightness", "heading", "pitch", "joint_angles"}:
                previous = read[f"previous_{signal}"][step, column]
                close(previous, expected(before, before), f"previous_{signal}")
    backend.close()


@pytest.mark.parametrize("name", CLASSIC)
def test_signals_of_classic_control_are_what_the_state_says(name):
    environment = environment_on(name, "gymnasium", limit=60)
    backend = make_backend(environment, [3, 4])
    copies = [copy.unwrapped for copy in backend._copies]
    block, valid, seen = roll(
        backend, 150, np.random.default_rng(1), lambda: [np.array(c.state) for c in copies]
    )
    assert (~valid).sum() >= 4
    read = environment.reader().read(block, environment.reader().names())
    checked = {*EXPECTED[name], *({"torque"} if name == "pendulum" else ())}
    assert checked == {signal.name for signal in environment.signals}
    for signal, expected in EXPECTED[name].items():
        for step, column in np.argwhere(valid):
            close(read[signal][step, column], expected(seen[step + 1][column]), signal)
            previous = read[f"previous_{signal}"][step, column]
            close(previous, expected(seen[step][column]), f"previous_{signal}")


def test_torque_of_the_pendulum_is_what_its_motor_gave():
    environment = environment_on("pendulum", "gymnasium", limit=200)
    backend = make_backend(environment, [3])
    copy = backend._copies[0].unwrapped
    block, valid, seen = roll(backend, 100, np.random.default_rng(1), lambda: copy.last_u)
    assert valid.all()
    torque = environment.reader().read(block, ["torque"])["torque"][:, 0]
    np.testing.assert_allclose(torque, seen[1:], rtol=1e-6)
    assert np.abs(block.action).max() > 2


def test_energy_of_the_car_is_kept_while_it_coasts():
    environment = load_environment("mountain-car", backend="gymnasium")
    backend = make_backend(environment, [0])
    rows, obs = [], backend.reset()
    for step in range(150):
        push = np.array([2 * int(obs[0, 1] >= 0) if step < 40 else 1])
        result = backend.step(push)
        rows.append((obs, push, np.array([step]), result))
        obs = result.obs
    energy = environment.reader().read(block_of(rows), ["mechanical_energy"])
    pushed, coasting = energy["mechanical_energy"][:40, 0], energy["mechanical_energy"][40:, 0]
    assert pushed[-1] - pushed[0] > 1e-4
    # The integrator is symplectic: the energy swings about its mean and does not drift.
    assert np.ptp(coasting) < 0.1 * (pushed[-1] - pushed[0])


@pytest.mark.parametrize(("name", "sign_of_head"), [("half-cheetah", -1), ("hopper", 1)])
def test_pitch_is_positive_when_the_runner_leans_forward(name, sign_of_head):
    backend = make_backend(load_environment(name, backend="gymnasium"), [0])
    simulator = backend._copies[0].unwrapped
    backend.reset()
    qpos = np.zeros(simulator.model.nq)
    qpos[2] = 0.3
    simulator.set_state(qpos, np.zeros(simulator.model.nv))
    axes = simulator.data.body("torso").xmat.reshape(3, 3)
    # The cheetah's nose is at its +x end and goes down; the hopper's top at +z goes forward.
    moved = axes[2, 0] if name == "half-cheetah" else axes[0, 2]
    assert np.sign(moved) == sign_of_head


def test_orientation_of_the_ant_agrees_with_scipy_for_any_rotation():
    rotations = Rotation.random(200, rng=np.random.default_rng(0))
    obs = np.zeros((200, 1, 105), dtype=np.float32)
    obs[:, 0, 1:5] = 1.1 * rotations.as_quat(scalar_first=True)
    blank = np.zeros((200, 1))
    block = Transitions(
        obs=obs,
        next_obs=obs,
        action=blank,
        terminated=blank,
        truncated=blank,
        episode_step=blank,
        simulator_reward=blank,
    )
    signals = [s for s in load_environment("ant").signals if s.name in {"uprightness", "heading"}]
    read = SignalReader(signals).read(block, ["uprightness", "heading"])
    axes = rotations.as_matrix()
    close(read["uprightness"][:, 0], axes[:, 2, 2], "uprightness")
    close(read["heading"][:, 0], np.arctan2(axes[:, 1, 0], axes[:, 0, 0]), "heading")


# ---------------------------------------------------------------- fitness


@pytest.mark.parametrize("name", LOCOMOTION)
def test_fitness_of_a_robot_is_the_distance_in_metres(name):
    environment = environment_on(name, "gymnasium", limit=60)
    backend = make_backend(environment, [5])
    copy = backend._copies[0].unwrapped
    rng = np.random.default_rng(2)
    block, valid, seen = roll(backend, 60, rng, lambda: copy.data.qpos[0])
    length = int(np.argmin(valid[:, 0])) or 60
    steps = environment.task.fitness(environment.reader().view(block))[:length, 0]
    distance = seen[length] - seen[0]
    # The ant's position is read one substep of 0.01 s early.
    fastest = np.abs(np.diff(seen[: length + 1])).max() / SECONDS[name]
    allowed = 0.01 * 2 * fastest if name == "ant" else 1e-4
    assert environment.task.episode_fitness(steps) == pytest.approx(distance, abs=allowed)
