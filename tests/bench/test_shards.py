"""The bench measures members where the trainer has them: here on torch's and JAX's processor."""

from itertools import count

import pytest
from mjx_rod import start_in

from rewardsmith.bench import PHASES
from rewardsmith.bench.shards import SECONDS, read_measured, simulate_shard, train_shard
from rewardsmith.environments import environment_from_specification, load_environment
from rewardsmith.errors import UsageError
from rewardsmith.records import TrainJob, TrainReward
from rewardsmith.training.settings import resolve_settings
from rewardsmith.training.setup import place_of_training

SETTINGS = {"environments": 8, "rollout": 16, "minibatch": 64, "epochs": 1, "hidden": [16]}
ROWS = 2 * 8 * 16
"""Environment steps of a block of two members."""
LOOKS = 8
"""Looks at the clock, which goes on by one each time, that a measurement takes."""
BLOCKS = LOOKS - 1


def measured(measure, specification, folder, **settings):
    job = TrainJob(
        id="bench",
        environment=specification,
        rewards=(TrainReward(id="human", kind="human"),),
        seeds=(0, 1),
        steps=10_000,
        folder=str(folder),
        settings=SETTINGS | settings | {SECONDS: float(LOOKS)},
    )
    assert len(list(measure(job, [(0, 0), (0, 1)], None, clock=count().__next__))) == 2
    (found,) = read_measured(folder)
    return found


@pytest.fixture
def rod(tmp_path, monkeypatch):
    return start_in(tmp_path, monkeypatch)


def test_members_on_a_device_are_simulated_and_trained_there(rod, tmp_path):
    alone = measured(simulate_shard, rod, tmp_path, device="cpu")
    # The clock is looked at before the first block, after each, and the last look is the end.
    assert (alone.device, alone.steps, alone.seconds) == ("cpu", BLOCKS * ROWS, LOOKS)
    trained = measured(train_shard, rod, tmp_path, device="cpu")
    assert (trained.device, trained.steps, trained.seconds) == ("cpu", BLOCKS * ROWS, LOOKS)
    phases = trained.phases
    assert set(phases) == set(PHASES) - {"other"}
    assert sum(phases.values()) < LOOKS
    # In a block the watch looks when a phase begins and ends.  The policies act in 16 steps, then
    # give values and probabilities; the simulator has the time before, between and after their
    # acts; signals are sent and rewards received; a batch is made and learned from.
    parts = {"act": 18, "simulate": 17, "reward": 2, "update": 2}
    for phase, looks in parts.items():
        assert phases[phase] / phases["update"] == pytest.approx(looks / 2)


def test_the_place_is_the_trainers_choice(rod):
    environment = environment_from_specification(rod)
    for asked, place in (("host", None), ("cpu", "cpu")):
        settings = resolve_settings({}, SETTINGS | {"device": asked})
        assert place_of_training(environment, settings, 0) == place


def test_a_device_that_the_backend_does_not_know_is_refused_as_in_training(tmp_path):
    cartpole = load_environment("cartpole").specification
    with pytest.raises(UsageError, match="device=cpu needs a backend that hands its tensors over"):
        measured(simulate_shard, cartpole, tmp_path, device="cpu")
