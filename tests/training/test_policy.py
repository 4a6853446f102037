import numpy as np
import pytest
import torch

from rewardsmith.backends import ActionSpace
from rewardsmith.errors import UsageError
from rewardsmith.training.networks import (
    Column,
    NetworkShape,
    Parameters,
    initialise,
    member_arrays,
)
from rewardsmith.training.policy import load_policy, save_policy, space_header

BOX = ActionSpace(shape=(2,), low=(-2.0, -np.inf), high=(2.0, np.inf))


def save(path, space):
    """A policy that observes 2 x 2 numbers, with its parameters."""
    gaussian = not space.discrete
    parameters = Parameters(NetworkShape(4, space.count or 2, (32, 16), gaussian=gaussian), 2)
    for member in range(2):
        initialise(parameters, member, np.random.default_rng(member))
    parameters.arrays["actor_weight"] *= 100
    arrays = dict(member_arrays(parameters, 1))
    arrays |= {"obs_mean": np.full(4, 1.0, "f4"), "obs_inverse": np.full(4, 0.5, "f4")}
    arrays |= {"middle": np.zeros(2, "f4"), "half": np.array([2.0, 1.0], "f4")}
    header = {"observation_shape": [2, 2], "action_space": space_header(space)}
    header["settings"] = {"hidden": [32, 16]}  # a record leaves its defaults out
    save_policy(path, arrays, header)
    return parameters


def test_a_loaded_policy_puts_out_what_the_trained_member_did(tmp_path):
    parameters = save(tmp_path / "policy.npz", BOX)
    obs = np.random.default_rng(2).normal(size=(5, 2, 2))
    column = Column(parameters.shape, 2, 5, actor=True)
    column.inputs[:] = (obs.reshape(5, 4) - 1.0) * 0.5
    expected = column(parameters)[1]
    policy = load_policy(tmp_path / "policy.npz")
    np.testing.assert_allclose(policy.outputs(obs), expected, rtol=1e-5, atol=1e-6)
    scaled = expected * [2.0, 1.0]
    scaled[:, 0] = scaled[:, 0].clip(-2.0, 2.0)
    np.testing.assert_allclose(policy.act(obs), scaled, rtol=1e-5, atol=1e-6)
    assert policy.act(obs[0]).shape == (2,)
    assert policy.action_space == BOX


def test_a_stochastic_policy_draws_from_the_generator_it_is_given(tmp_path):
    save(tmp_path / "policy.npz", ActionSpace(count=3))
    policy, obs = load_policy(tmp_path / "policy.npz"), np.zeros((2000, 2, 2))
    actions = policy.act(obs, deterministic=False, rng=np.random.default_rng(0))
    logits = torch.from_numpy(policy.outputs(obs[0]))
    expected = torch.softmax(logits, 0).numpy()
    np.testing.assert_allclose(np.bincount(actions, minlength=3) / 2000, expected, atol=0.05)
    assert policy.act(obs[0]) == logits.argmax()
    with pytest.raises(UsageError, match="rng="):
        policy.act(obs, deterministic=False)


def test_a_file_that_is_no_policy_is_told_so(tmp_path):
    path = tmp_path / "policy.npz"
    np.savez(path, a=np.zeros(2))
    with pytest.raises(UsageError, match="is no saved policy"):
        load_policy(path)
    with pytest.raises(UsageError, match="is no saved policy"):
        load_policy(tmp_path / "missing.npz")
