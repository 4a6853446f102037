"""Simulators on tensors behind our protocol, each against the same plain simulation of a point."""

from dataclasses import replace
from pathlib import Path

import isaac_fakes
import numpy as np
import pytest
import torch
from point_environments import BACKENDS, environment

import rewardsmith
from rewardsmith.backends import make_backend
from rewardsmith.environments import Environment, Signal, Task, TensorSimulator, load_environment
from rewardsmith.errors import BackendUnavailable, EnvironmentUnavailable
from rewardsmith.records import MemberResult, TrainJob, TrainReward
from rewardsmith.training.population import train_shard
from rewardsmith.training.simulation import environment_seeds

STEPS, COPIES = 20, 3
RESETS_LATE = {"late", "maniskill", "bare", "vector"}
SPEEDS = np.array([0.0, 0.5, 1.0])


def by_hand(copy, *, idle):
    """(position, ended by the goal, by the limit, valid) of each row, resets taking one row.

    `idle`: a reset is followed by a step that does nothing, which no one sees as a step: the
    simulator had reset in the step before.
    """
    rows, resets, position, age, resetting = [], 1, None, 0, False
    position = 0.1
    for _ in range(STEPS):
        if resetting:
            resets, resetting = resets + 1, False
            position, age = 0.1 * resets, 1 if idle else 0
            rows.append((position, False, False, False))
            if position > isaac_fakes.GOAL:
                resetting = True
            continue
        position, age = position + 0.5 * SPEEDS[copy], age + 1
        terminated, over = position > isaac_fakes.GOAL, age >= isaac_fakes.LIMIT - 1
        resetting = terminated or over
        rows.append((position, terminated, over and not terminated, True))
    return np.array(rows)


@pytest.mark.parametrize("kind", BACKENDS)
def test_true_last_rows_are_told_and_resets_take_a_row(kind):
    simulator = make_backend(environment(kind), [5] * COPIES)
    # Making the backend resets once to learn the shapes, `reset` again: the first start is 0.2.
    np.testing.assert_allclose(simulator.reset()[:, 0], 0.2, atol=1e-6)
    simulator._surface.simulator.points.resets -= 1
    simulator._surface.simulator.points.position -= 0.1
    results = [simulator.step(SPEEDS[:, None]) for _ in range(STEPS)]
    for copy in range(COPIES):
        expected = by_hand(copy, idle=kind not in RESETS_LATE)
        valid = np.array([r.valid[copy] for r in results])
        got = np.array(
            [
                (r.info["position"][copy], r.terminated[copy], r.truncated[copy], r.valid[copy])
                for r in results
            ]
        )
        np.testing.assert_allclose(got[valid], expected[valid], atol=1e-5)
        np.testing.assert_array_equal(got[:, 1:], expected[:, 1:])
        seen = np.array([r.obs[copy, 0] for r in results])
        np.testing.assert_allclose(seen, expected[:, 0], atol=1e-5)
        paid = np.array([r.simulator_reward[copy] for r in results])
        np.testing.assert_allclose(paid[valid], -expected[valid, 0], atol=1e-5)
        assert expected[:, 1 if copy else 2].sum() >= 2


@pytest.mark.parametrize("kind", BACKENDS)
def test_the_tensor_interface_over_them_resets_in_the_step_and_wastes_none(kind):
    source = "def compute_reward(position):\n    return position + 0.0, {}"
    with rewardsmith.TensorEnvironment(environment(kind), source, COPIES, trusted=True) as env:
        fake = env._backend._surface.simulator
        actions = torch.tensor(SPEEDS[:, None], dtype=torch.float32)
        before, lengths = env.reset()["obs"], []
        for _ in range(STEPS):
            count = env.progress_buf
            obs, rewards, ended, extras = env.step(actions)
            torch.testing.assert_close(rewards, before[:, 0] + 0.5 * actions[:, 0])
            torch.testing.assert_close(extras["final_obs"][:, 0], rewards)
            torch.testing.assert_close(obs["obs"][ended, 0], 0.1 * fake.points.resets[ended])
            lengths += (count[ended] + 1).tolist()
            before = obs["obs"]
    assert isaac_fakes.LIMIT - 1 in lengths
    assert max(lengths) == isaac_fakes.LIMIT - 1


@pytest.mark.parametrize("kind", ["late", "prompt", "maniskill"])
def test_some_are_reset_by_id_in_the_middle_of_an_episode(kind):
    simulator = make_backend(environment(kind), [0] * COPIES)
    simulator.reset()
    simulator.step(np.ones((COPIES, 1)))
    obs = simulator.reset(np.array([1]))
    np.testing.assert_allclose(obs[:, 0], [0.3], atol=1e-6)
    step = simulator.step(np.zeros((COPIES, 1)))
    np.testing.assert_allclose(step.obs[:, 0], [0.7, 0.3, 0.7], atol=1e-6)
    assert step.valid.all()


@pytest.mark.parametrize("kind", ["direct", "manager"])
def test_where_only_what_has_ended_is_reset_another_wish_is_refused(kind):
    simulator = make_backend(environment(kind), [0] * COPIES)
    simulator.reset()
    with pytest.raises(EnvironmentUnavailable, match="resets only what has ended"):
        simulator.reset(np.array([1]))


@pytest.mark.parametrize("kind", BACKENDS)
def test_what_was_left_out_is_left_out_for_good(kind):
    simulator = make_backend(environment(kind), [0] * COPIES)
    simulator.reset()
    step = simulator.step(np.full((2, 1), 0.2), np.array([0, 2]))
    np.testing.assert_allclose(step.info["position"], [0.3, 0.3], atol=1e-6)
    with pytest.raises(EnvironmentUnavailable, match="left out"):
        simulator.step(np.zeros((COPIES, 1)))


def test_the_recording_term_pays_nothing_and_a_weight_of_one_calls_it():
    simulator = make_backend(environment("manager"), [0] * COPIES)
    simulator.reset()
    step = simulator.step(np.full((COPIES, 1), 0.2))
    np.testing.assert_allclose(step.simulator_reward, -0.3, atol=1e-6)
    terms = simulator._surface.simulator.reward_manager._terms
    assert terms["record"].func(simulator._surface.simulator).tolist() == [0.0] * COPIES


def test_a_history_of_observations_goes_on_as_if_nobody_had_looked():
    simulator = make_backend(environment("manager"), [0] * COPIES)
    before = simulator.reset()
    ends = 0
    for _ in range(STEPS):
        step = simulator.step(SPEEDS[:, None])
        # columns: position, age, the position before, the position
        np.testing.assert_allclose(step.obs[:, 3], step.obs[:, 0])
        valid = step.valid
        np.testing.assert_allclose(step.obs[valid, 2], before[valid, 0])
        ends += int((step.terminated | step.truncated).sum())
        before = simulator._held.numpy().copy()
    assert ends > COPIES


def test_a_simulator_that_never_calls_the_recording_term_is_refused():
    def forgetful(identifier, *, num_envs, seed, record):
        return isaac_fakes.ManagerBasedRLEnv(num_envs, {})

    simulator = make_backend(environment("manager", forgetful), [0] * COPIES)
    simulator.reset()
    with pytest.raises(EnvironmentUnavailable, match=r"never calls `record`.*weight 1"):
        simulator.step(np.zeros((COPIES, 1)))


def test_our_own_tensor_interface_plugs_in_as_a_simulator():
    def interface(identifier, *, num_envs, seed, record):
        return rewardsmith.TensorEnvironment(identifier, "human", num_envs, seed=seed)

    height = Signal("height", "1", "of the tip", lambda t: t.info["obs"][..., 0])
    simulator = TensorSimulator(interface, {"obs": lambda env: env.obs_buf})
    task = Task("up", "Up.", fitness=lambda s: s.height)
    around = Environment((height,), (task,), {"isaacgym": "pendulum"}, simulator)
    pendulum = load_environment("pendulum")
    seeds = environment_seeds(7, 0, COPIES)
    here, there = make_backend(pendulum, seeds), make_backend(around, [7] * COPIES)
    here.reset()  # making the other resets once, and once more
    here.reset()
    np.testing.assert_array_equal(here.reset(), there.reset())
    assert there.time_limit == here.time_limit == 200
    for _ in range(200):
        force = np.array([[-1.0], [0.5], [1.0]])
        own, other = here.step(2.0 * force), there.step(force)
        np.testing.assert_array_equal(other.obs, own.obs)
        np.testing.assert_array_equal(other.info["obs"], own.obs)
        np.testing.assert_allclose(other.simulator_reward, own.simulator_reward, rtol=1e-5)
        np.testing.assert_array_equal(other.truncated, own.truncated)
        assert other.valid.all()
    assert own.truncated.all()
    there.close()


def test_what_a_task_lacks_is_told_in_a_sentence():
    class Silent(isaac_fakes.LateVecTask):
        def step(self, actions):
            obs, reward, ended, _ = super().step(actions)
            return obs, reward, ended, {}

    class Blind(isaac_fakes.LateVecTask):
        compute_observations = None

    def of(kind):
        return environment("late", lambda identifier, *, num_envs, seed, record: kind(num_envs))

    with pytest.raises(EnvironmentUnavailable, match=r"Blind has no compute_observations\(\)"):
        make_backend(of(Blind), [0])
    simulator = make_backend(of(Silent), [0])
    with pytest.raises(EnvironmentUnavailable, match="Silent tells no time_outs in its extras"):
        simulator.step(np.zeros((1, 1)))


FILE = '''
"""A point on a line."""
import isaac_fakes
from rewardsmith.environments import Environment, Signal, Task, TensorSimulator

environment = Environment(
    (Signal("position", "m", "where the point is", lambda t: t.info["position"]),),
    (Task("left", "Go left.", lambda s: s.previous_position - s.position),),
    {"BACKEND": "KIND"},
    TensorSimulator(isaac_fakes.make, {"position": lambda s: s.points.position}),
)
'''


@pytest.mark.parametrize("kind", ["late", "manager"])
def test_the_population_trainer_learns_on_them(kind, tmp_path, monkeypatch):
    (tmp_path / "environments").mkdir()
    text = FILE.replace("BACKEND", BACKENDS[kind]).replace("KIND", kind)
    Path(tmp_path, "environments", "point.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    point = load_environment("point")
    job = TrainJob(
        id="j",
        environment=point.specification,
        rewards=(TrainReward(id="fitness", kind="fitness"),),
        seeds=(0, 1),
        steps=6000,
        folder=str(tmp_path),
        settings={"environments": 8, "rollout": 32, "hidden": [16], "learning_rate": 0.01},
        evaluation_episodes=4,
    )
    results = [r for r in train_shard(job, [(0, 0), (0, 1)], None) if isinstance(r, MemberResult)]
    assert [result.failure for result in results] == [None, None]
    for result in results:
        # An untrained policy stands still: 0.  Full speed to the left is 0.5 a step, of which an
        # episode has four or five; the first change of a recorded signal is 0.
        assert result.fitness > 0.2


def test_what_cannot_start_is_told_in_a_sentence():
    point = environment("late")
    with pytest.raises(EnvironmentUnavailable, match=r"simulator=TensorSimulator"):
        make_backend(replace(point, simulator=None), [0])

    def missing(identifier, *, num_envs, seed, record):
        import isaacgym_that_is_not_here  # noqa: F401

    with pytest.raises(BackendUnavailable, match="late of isaacgym needs a package"):
        make_backend(environment("late", missing), [0])

    def broken(identifier, *, num_envs, seed, record):
        raise ValueError("no such asset")

    with pytest.raises(EnvironmentUnavailable, match="does not start: ValueError: no such asset"):
        make_backend(environment("late", broken), [0])

    def few(identifier, *, num_envs, seed, record):
        return isaac_fakes.LateVecTask(2)

    with pytest.raises(EnvironmentUnavailable, match="2 environments, 3 were asked for"):
        make_backend(environment("late", few), [0] * 3)


def test_a_quantity_that_cannot_be_read_is_named():
    point = environment("direct")
    wrong = TensorSimulator(isaac_fakes.make, {"speed": lambda simulator: simulator.speed})
    simulator = make_backend(replace(point, simulator=wrong), [0])
    simulator.reset()
    with pytest.raises(EnvironmentUnavailable, match="'speed' cannot be read: AttributeError"):
        simulator.step(np.zeros((1, 1)))
