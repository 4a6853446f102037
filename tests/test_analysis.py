"""The analysis of a reward: its components on recorded episodes, findings, plots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rewardsmith.analysis import analyze_source
from rewardsmith.bank import Bank, BankEpisode
from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.errors import RewardFailed, StoreError, UsageError
from rewardsmith.exporters import computed_here
from rewardsmith.plots import binned_mean, default_signals, extremes, write_plots

WALKER = Environment(
    name="walker",
    signals=(
        Signal("speed", "m/s", "speed", lambda t: t.next_obs[..., 0]),
        Signal("height", "m", "height", lambda t: t.next_obs[..., 1]),
        Signal("joints", "rad", "joints", lambda t: t.next_obs[..., 2:4], shape=(2,)),
    ),
    tasks=(Task("walk", "Walk.", lambda s: s.speed),),
)
SOURCE = """def compute_reward(speed, height, joints):
    bonus = np.where(height > 9.0, 1.0, 0.0)
    effort = -0.1 * np.sum(joints**2, axis=-1)
    return speed + bonus + effort, {"run": speed, "bonus": bonus, "effort": effort}
"""


def bank(episodes=12, length=20):
    """Episode k goes at a speed of k + 1 that doubles half-way; fitness is the distance."""
    made = []
    for k in range(episodes):
        rng = np.random.default_rng(k)
        speed = (k + 1.0) * np.where(np.arange(length) < length // 2, 1.0, 2.0)
        signals = {
            "speed": speed.astype(np.float32),
            "height": np.ones(length, np.float32),
            "joints": rng.normal(size=(length, 2)).astype(np.float32),
            "episode_step": np.arange(length),
        }
        made.append(BankEpisode(signals, float(speed.sum()), terminated=False, steps=speed))
    return Bank(transitions=made[0].signals, episodes=tuple(made))


@pytest.fixture
def analysis():
    return analyze_source(SOURCE, "walker", WALKER, bank(), computed_here)


def test_every_component_is_told_in_numbers_the_largest_share_first(analysis):
    """Mean speed of an episode is 1.5 (k + 1): 1.5 * 6.5 = 9.75 over twelve."""
    run, effort, bonus = analysis.components
    assert (run.name, effort.name, bonus.name) == ("run", "effort", "bonus")
    assert run.mean == pytest.approx(9.75)
    assert (run.active, bonus.active) == (1.0, 0.0)
    assert run.share + effort.share + bonus.share == pytest.approx(1.0)
    assert analysis.total.share == 1.0
    assert (analysis.episodes, analysis.steps) == (12, 240)


def test_agreement_with_fitness_is_told_by_step_by_episode_and_as_an_order(analysis):
    run = analysis.components[0].agreement
    assert run.steps == pytest.approx(1.0)
    assert run.episodes == pytest.approx(1.0)
    assert run.order == 1.0
    assert analysis.components[2].agreement.order == 0.5


def test_episodes_are_drawn_by_fitness_and_by_return_where_there_is_none(analysis):
    """Twenty steps at 1.5 (k + 1) in the mean: 30 for the first episode, 360 for the twelfth."""
    assert extremes(analysis) == (
        (11, "fittest (task score 360)"),
        (0, "least fit (task score 30)"),
    )
    goal = replace(WALKER, tasks=(Task("goal", "Walk."),))
    source = "def compute_reward(speed):\n    return -speed, {}\n"
    found = analyze_source(source, "r", goal, bank(), computed_here)
    assert not found.measured
    assert extremes(found) == ((0, "most (return -30)"), (11, "least (return -360)"))


def test_the_trend_is_the_rank_correlation_with_time(analysis):
    """Ranks of ten equal values and ten larger ones against 1 to 20: 0.867."""
    ranks = np.repeat([5.5, 15.5], 10)
    expected = np.corrcoef(ranks, np.arange(20))[0, 1]
    assert analysis.components[0].trend == pytest.approx(expected)
    assert analysis.components[2].trend is None


def test_a_component_that_is_never_active_is_a_finding(analysis):
    assert "dead_component" in [f.name for f in analysis.findings]


def test_the_wrong_sign_shows_on_recorded_episodes():
    source = "def compute_reward(speed):\n    return -speed, {'run': -speed}\n"
    found = analyze_source(source, "r", WALKER, bank(), computed_here)
    assert found.findings[0].name == "wrong_sign"
    assert "0% of the pairs (12 episodes" in found.findings[0].sentence


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("{'run': speed, 'pace': 2.0 * speed + 1.0}", "duplicate_components"),
        ("{'run': speed, 'noise': 900.0 * joints[:, 0]}", "drowning_component"),
    ],
)
def test_duplicates_and_drowning_show_on_recorded_episodes(body, name):
    source = f"def compute_reward(speed, joints):\n    parts = {body}\n    return speed, parts\n"
    found = analyze_source(source, "r", WALKER, bank(), computed_here)
    assert name in [f.name for f in found.findings]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("np.log(speed - 2.0), {}", r"the total is no finite number on 30 of 240 .*is nan\)"),
        ("speed, {'run': 1.0 / (speed - 2.0)}", r"run is no finite number on 20 of 240 .*is inf\)"),
    ],
)
def test_what_is_no_number_on_a_recorded_step_is_told(body, says):
    """Speed is 1 on ten steps, where the logarithm is no number, and 2 on the twenty after."""
    source = f"def compute_reward(speed):\n    return {body}\n"
    with pytest.raises(RewardFailed, match=says), np.errstate(all="ignore"):
        analyze_source(source, "r", WALKER, bank(), computed_here)


def test_too_few_episodes_are_refused():
    with pytest.raises(UsageError, match="the bank has 3 episodes"):
        analyze_source(SOURCE, "r", WALKER, bank(episodes=3), computed_here)


def test_three_plots_are_written_as_png(analysis, tmp_path):
    written = write_plots(analysis, tmp_path / "new", ("speed", "joints[1]"))
    assert [path.name for path in written] == ["curves.png", "histograms.png", "fields.png"]
    for path in written:
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_mean_of_a_field_is_by_bin_and_empty_bins_have_none():
    edges = (np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0]))
    x, y = np.array([0.5, 0.5, 1.5]), np.array([0.5, 0.5, 1.5])
    field = binned_mean(x, y, np.array([1.0, 3.0, 7.0]), edges)
    np.testing.assert_array_equal(field, [[2.0, np.nan], [np.nan, 7.0]])


def test_fields_are_drawn_over_the_first_numbers_that_the_reward_uses(analysis):
    assert default_signals(analysis.recorded) == ("speed", "height")


@pytest.mark.parametrize(
    ("over", "words"),
    [
        (("sped", "height"), "unknown signal 'sped'; did you mean speed"),
        (("joints", "height"), "signal 'joints' has 2 numbers; say which, as in joints\\[0\\]"),
        (("joints[2]", "height"), "signal 'joints' has 2 numbers"),
    ],
)
def test_an_unknown_signal_is_told_with_what_to_do(analysis, tmp_path, over, words):
    with pytest.raises(UsageError, match=words):
        write_plots(analysis, tmp_path, over)


def test_a_folder_that_cannot_be_written_is_a_store_error(analysis, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the plots cannot be written"):
        write_plots(analysis, tmp_path / "file")
