"""Banks: saved whole, kept in the cache, recorded anew where their file is damaged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rewardsmith.backends import ActionSpace
from rewardsmith.bank import Bank, BankEpisode, bank_path, extremes_of, load_bank, ranges_of
from rewardsmith.environments import load_environment
from rewardsmith.errors import StoreError
from rewardsmith.signals import Signal


def small_bank(names=("obs", "height")):
    rng = np.random.default_rng(0)
    rows = {name: rng.normal(size=(8, 2)).astype(np.float32) for name in names}
    episodes = tuple(
        BankEpisode({name: value[:length] for name, value in rows.items()}, fitness, ended, "zeros")
        for length, fitness, ended in ((3, 1.5, True), (5, float("-inf"), False))
    )
    return Bank(
        rows,
        episodes,
        observation_shape=(2,),
        action_space=ActionSpace(shape=(1,), low=(-1.0,), high=(float("inf"),)),
        ranges={"obs": (-1.0, 2.5)},
        extremes={"obs": (-3.0, 3.0)},
        task_rewards={"fitness": np.arange(8.0)},
    )


def test_a_bank_that_is_saved_and_loaded_is_the_same(tmp_path):
    bank = small_bank()
    bank.save(tmp_path / "new" / "bank.npz")
    again = Bank.load(tmp_path / "new" / "bank.npz")
    assert again.rows == 8
    assert {n: a.tolist() for n, a in again.transitions.items()} == {
        n: a.tolist() for n, a in bank.transitions.items()
    }
    assert again.transitions["obs"].dtype == np.float32
    assert [(e.length, e.fitness, e.terminated, e.policy) for e in again.episodes] == [
        (3, 1.5, True, "zeros"),
        (5, float("-inf"), False, "zeros"),
    ]
    np.testing.assert_array_equal(
        again.episodes[1].signals["height"], bank.episodes[1].signals["height"]
    )
    assert (again.observation_shape, again.action_space) == ((2,), bank.action_space)
    assert {n: a.tolist() for n, a in again.task_rewards.items()} == {"fitness": [*range(8)]}
    assert (again.ranges, again.extremes) == (bank.ranges, bank.extremes)


def test_the_fitness_of_single_steps_is_kept_where_every_episode_has_it(tmp_path):
    bank = small_bank()
    first, second = bank.episodes
    bank = replace(
        bank,
        episodes=(replace(first, steps=np.arange(3.0)), replace(second, steps=np.arange(5.0))),
    )
    bank.save(tmp_path / "bank.npz")
    kept = [e.steps.tolist() for e in Bank.load(tmp_path / "bank.npz").episodes]
    assert kept == [[0, 1, 2], [0, 1, 2, 3, 4]]
    replace(bank, episodes=(bank.episodes[0], second)).save(tmp_path / "partly.npz")
    assert [e.steps for e in Bank.load(tmp_path / "partly.npz").episodes] == [None, None]


def test_saving_leaves_no_other_file(tmp_path):
    small_bank().save(tmp_path / "bank.npz")
    small_bank().save(tmp_path / "bank.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["bank.npz"]


def test_a_bank_that_cannot_be_written_is_a_store_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        small_bank().save(tmp_path / "file" / "bank.npz")


def test_a_bank_without_episodes_can_be_saved(tmp_path):
    replace(small_bank(), episodes=()).save(tmp_path / "bank.npz")
    assert Bank.load(tmp_path / "bank.npz").episodes == ()


@pytest.fixture
def environment(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return load_environment("pendulum")


def test_a_damaged_or_foreign_file_in_the_cache_is_no_bank(environment):
    path = bank_path(environment)
    assert load_bank(environment) is None
    bank = small_bank(environment.reader().names())
    bank.save(path)
    assert load_bank(environment) is not None
    whole = path.read_bytes()
    for damage in (b"", b"no zip at all", whole[: len(whole) // 2], whole[:60] + whole[90:]):
        path.write_bytes(damage)
        assert load_bank(environment) is None
    small_bank(("obs",)).save(path)
    assert load_bank(environment) is None


def test_the_path_depends_on_what_is_recorded(environment):
    source = environment.specification["source"]
    changed = replace(
        environment, specification={**environment.specification, "source": source + "\n# x"}
    )
    moved = replace(environment, specification={**environment.specification, "path": "/elsewhere"})
    task = replace(environment.task, options={"max_episode_steps": 50})
    limited = replace(environment, tasks=(task,))
    assert bank_path(environment).name.startswith("pendulum-")
    assert bank_path(moved) == bank_path(environment)
    paths = {bank_path(e) for e in (environment, changed, limited)}
    assert len(paths) == 3


def test_declared_ranges_come_before_recorded_ones():
    values = np.arange(1001, dtype=np.float32)
    signals = (Signal("speed", "m/s", "", lambda t: t.obs, low=-5.0),)
    ranges = ranges_of({"speed": values, "previous_speed": values, "obs": values}, signals)
    # Of 0, 1, ... 1000 the 0.1 % and 99.9 % percentiles are 1 and 999.
    assert ranges["speed"] == pytest.approx((-5.0, 999.0))
    assert ranges["previous_speed"] == pytest.approx((-5.0, 999.0))
    assert ranges["obs"] == pytest.approx((1.0, 999.0))
    assert extremes_of({"done": np.array([True, False])}) == {"done": (0.0, 1.0)}
