"""The parts of a training on a device, each against its counterpart on the host."""

import numpy as np
import pytest
import torch

from rewardsmith.backends.device import place_of, to_jax, to_torch
from rewardsmith.backends.worlds import jax_module
from rewardsmith.environments import REDUCTIONS, Signal
from rewardsmith.errors import BackendUnavailable, UsageError
from rewardsmith.signals import SignalReader, Transitions
from rewardsmith.training.curves import EpisodeLog
from rewardsmith.training.device.arrays import DeviceArray
from rewardsmith.training.device.episodes import EpisodeSums
from rewardsmith.training.device.outbox import Outbox
from rewardsmith.training.device.reading import DeviceReader, on_host

FUNCTIONS = {
    "arctan2": lambda a: np.arctan2(a[..., 0], a[..., 1]),
    "norm": lambda a: np.linalg.norm(a, axis=-1),
    "where": lambda a: np.where(a > 0.5, a, -a).sum(axis=-1),
    "all": lambda a: np.all(np.abs(a) < 0.9, axis=-1) * 1.0,
    "clip": lambda a: np.clip(a[..., 0], -0.2, 0.2) ** 2,
    "from the left": lambda a: 2.0 - np.array([1.0, 2.0, 3.0]) * a,
    "reduce": lambda a: np.maximum.reduce(a, axis=-1),
    "max": lambda a: np.max(a, axis=-1) - a.min(axis=-1),
    "stack": lambda a: np.stack([a[..., 0], -a[..., 1]], axis=-1),
    "method": lambda a: a.astype(np.float32).mean(axis=-1),
}


def _doubled(values):
    values = values * 1.0
    values *= 2.0
    return values


FUNCTIONS["in place"] = _doubled


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numpys_functions_give_on_the_device_what_they_give_on_the_host(name):
    values = np.random.default_rng(0).uniform(-1, 1, (4, 5, 3)).astype(np.float32)
    computed = FUNCTIONS[name](DeviceArray(jax_module().numpy.asarray(values)))
    assert isinstance(computed, DeviceArray)
    np.testing.assert_allclose(np.asarray(computed), FUNCTIONS[name](values), rtol=1e-5, atol=1e-6)


def test_tensors_are_handed_over_without_a_copy():
    array = jax_module().numpy.arange(64.0)
    tensor = to_torch(array)
    assert tensor.data_ptr() == array.unsafe_buffer_pointer()
    assert to_jax(tensor).unsafe_buffer_pointer() == tensor.data_ptr()
    assert to_torch(array > 3).dtype == torch.bool


def test_a_device_that_jax_does_not_see_is_named():
    with pytest.raises(BackendUnavailable, match="no device cuda:7; install jax"):
        place_of("cuda:7")


def test_what_was_sent_arrives_as_it_is():
    box = Outbox(torch.device("cpu"))
    box.send({"a": torch.arange(3), "b": torch.tensor([True])})
    assert {name: values.tolist() for name, values in box.receive().items()} == {
        "a": [0, 1, 2],
        "b": [True],
    }


# ---------------------------------------------------------------- signals

SIGNALS = (
    Signal("height", "m", "from next_obs alone", lambda t: t.next_obs[..., 0]),
    Signal("speed", "m/s", "from info", lambda t: np.abs(t.info["v"])),
    Signal("both", "", "a vector", lambda t: t.next_obs - t.obs, shape=(2,)),
    Signal("hosted", "", "JAX has no such function", lambda t: _on_the_host(t.next_obs[..., 1])),
)


def _on_the_host(values):
    return np.frompyfunc(lambda x: x + 1.0, 1, 1)(values).astype(np.float64)


def block(rng, steps=6, columns=3):
    """A block of two numbers observed, whose episodes begin now and then."""
    obs = rng.normal(size=(steps + 1, columns, 2)).astype(np.float32)
    flags = rng.random((2, steps, columns)) < 0.1
    return Transitions(
        obs=obs[:-1],
        next_obs=obs[1:],
        action=rng.normal(size=(steps, columns, 1)).astype(np.float32),
        terminated=flags[0],
        truncated=flags[1],
        episode_step=rng.integers(0, 3, (steps, columns)),
        simulator_reward=np.zeros((steps, columns)),
        info={"v": rng.normal(size=(steps, columns)).astype(np.float32)},
    )


def on_device(transitions):
    def put(values):
        return DeviceArray(jax_module().numpy.asarray(values))

    parts = {n: put(getattr(transitions, n)) for n in Transitions.__slots__ if n != "info"}
    return Transitions(**parts, info={n: put(v) for n, v in transitions.info.items()})


def test_signals_and_what_they_were_before_are_those_of_the_host_block_after_block():
    host, device = SignalReader(SIGNALS), DeviceReader(SIGNALS)
    rng = np.random.default_rng(1)
    for number in range(3):
        transitions = block(rng)
        there = on_device(transitions)
        np.testing.assert_array_equal(on_host(there).obs, transitions.obs)
        ours, theirs = device.view(there), host.view(transitions)
        for name in host.names():
            expected, found = theirs.get(name), np.asarray(ours.device(name))
            np.testing.assert_allclose(found, expected, rtol=1e-6, err_msg=f"{name} in {number}")
            assert found.dtype in {expected.dtype, np.dtype(np.int32)}
        device.advance(ours)
        host.advance(theirs)
        if number == 1:
            host.keep(np.array([0, 2])), device.keep(np.array([0, 2]))
            rng = np.random.default_rng(2)
            break
    transitions = block(rng, columns=2)
    expected = host.view(transitions).get("previous_speed")
    found = device.view(on_device(transitions)).device("previous_speed")
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6)


def test_an_unknown_signal_is_answered_with_the_nearest():
    view = DeviceReader(SIGNALS).view(on_device(block(np.random.default_rng(0))))
    with pytest.raises(UsageError, match="'heigt'; did you mean height"):
        _ = view.heigt


# ---------------------------------------------------------------- episodes


@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_sums_of_episodes_are_those_of_their_steps(reduce):
    rng = np.random.default_rng(3)
    log, sums = EpisodeLog(5), EpisodeSums(5, reduce)
    begins = np.zeros(5, bool)
    count = 0
    for number in range(6):
        fitness, total = rng.normal(size=(2, 7, 5))
        ended, valid = rng.random((7, 5)) < 0.2, np.ones((7, 5), bool)
        for step in range(7):
            valid[step] = ~begins
            ended[step] &= ~begins
            begins = ended[step].copy()
        expected = [
            (column, REDUCTIONS[reduce](steps["f"]), steps["t"].sum(), len(steps["t"]))
            for column, steps in log.add({"f": fitness, "t": total}, valid, ended)
        ]
        found = [
            (c, e.fitness, e.total, e.length) for c, e in sums.add(fitness, total, valid, ended)
        ]
        np.testing.assert_allclose(sorted(found), sorted(expected))
        count += len(found)
        if number == 2:
            kept = np.array([0, 2, 3, 4, 1])
            log, sums, begins = log.keep(kept), sums.keep(kept), begins[kept]
    assert count > 10
