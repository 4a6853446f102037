"""Rewards side by side: the plan, the figures by hand, a real comparison gone on with."""

import contextlib
import json

import msgspec
import pytest
import searches

from rewardsmith import load_environment
from rewardsmith.cli import main
from rewardsmith.cli.comparing import table
from rewardsmith.comparison import compare, compared, plan_comparison
from rewardsmith.config import Config
from rewardsmith.errors import StoreError, UsageError
from rewardsmith.records import MemberResult, TrainProgress, TrainResult, TrainReward
from rewardsmith.workshop import Workshop

SOURCE = """def compute_reward(pole_angle):
    upright = 1.0 - np.abs(pole_angle)
    return upright, {"upright": upright}
"""


@pytest.fixture
def reward_file(tmp_path):
    path = tmp_path / "my reward.py"
    path.write_text(SOURCE)
    return path


def result(name, *fitness, failure=None):
    members = [
        MemberResult(reward=name, seed=k, steps=10, fitness=f) for k, f in enumerate(fitness)
    ]
    if failure:
        members.append(MemberResult(reward=name, seed=9, steps=10, failure=failure))
    return TrainResult(reward=name, purpose="report", members=tuple(members))


def test_everything_that_is_named_is_planned_with_a_name_of_its_own(reward_file):
    words = [str(reward_file), "human", str(reward_file), "fitness"]
    planned = plan_comparison(words, load_environment("cartpole"), Config(report_seeds=3, steps=99))
    assert [(r.id, r.kind) for r in planned.rewards] == [
        ("my-reward", "source"),
        ("human", "human"),
        ("my-reward-2", "source"),
        ("fitness", "fitness"),
    ]
    assert planned.rewards[0].source == SOURCE
    assert (len(planned.seeds), planned.steps) == (3, 99)


def test_what_is_not_there_is_told(tmp_path):
    environment = load_environment("cartpole")
    with pytest.raises(UsageError, match=r"reward file .*none\.py cannot be read"):
        plan_comparison([str(tmp_path / "none.py")], environment, Config())
    with pytest.raises(StoreError, match="holds no run"):
        plan_comparison([str(tmp_path)], environment, Config())


def test_the_figures_of_a_comparison():
    rewards = [
        TrainReward(id="mine"),
        TrainReward(id="human", kind="human"),
        TrainReward(id="fitness", kind="fitness"),
    ]
    results = {
        "mine": result("mine", 7.0, 7.0, 7.0),
        "human": result("human", 5.0, 5.0, 9.0),
        "fitness": result("fitness", 1.0, 1.0, 1.0),
    }
    first, second, third = compared(rewards, results)
    # the mean of three seeds: 7, 19/3, 1; of the nine pairs mine wins six
    assert [row.reward for row in (first, second, third)] == ["mine", "human", "fitness"]
    assert first.improvement.over == "human"
    assert first.improvement.value == pytest.approx(6 / 9)
    # 6 above the fitness reward, where the human reward lies 16/3 above it
    assert first.normalised == pytest.approx(6 / (16 / 3))
    assert second.improvement is None
    assert second.normalised == pytest.approx(1.0)
    assert third.normalised == pytest.approx(0.0)
    shown = table((first, second, third), "m")
    assert "better than human" in shown
    assert "0.67" in shown
    assert shown.endswith("the interval of 3 seeds is only their range, no 95 % interval")


def test_without_a_human_reward_that_is_clearly_better_nothing_is_normalised():
    rewards = [TrainReward(id="a"), TrainReward(id="fitness", kind="fitness")]
    rows = compared(rewards, {"a": result("a", 1.0, 2.0), "fitness": result("fitness", 1.0, 2.0)})
    assert [row.normalised for row in rows] == [None, None]
    assert rows[1].improvement.over == "a"
    assert "undefined" in table(rows, "")


def test_nothing_is_normalised_by_a_human_reward_that_was_written_for_another_fitness():
    rewards = [TrainReward(id=kind, kind=kind) for kind in ("human", "fitness")]
    results = {"human": result("human", 5.0, 5.0), "fitness": result("fitness", 1.0, 1.0)}
    assert [row.normalised for row in compared(rewards, results)] == [1.0, 0.0]
    assert [row.normalised for row in compared(rewards, results, normalise=False)] == [None, None]


def test_a_reward_whose_training_failed_stands_last():
    rewards = [TrainReward(id="a"), TrainReward(id="b")]
    rows = compared(rewards, {"a": result("a", failure="it is NaN"), "b": result("b", -5.0)})
    assert [(row.reward, row.failure) for row in rows] == [("b", None), ("a", "it is NaN")]
    assert "training failed" in table(rows, "")


def test_the_command_prints_one_object_with_json(tmp_path, capsys):
    words = ["compare", "fitness", "-e", "cartpole", "--steps", "512", "--report-seeds", "1"]
    words += ["--evaluation-episodes", "1", "--workers", "1", "--out", str(tmp_path / "c")]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert [row["reward"] for row in told["rewards"]] == ["fitness"]
    assert main(["compare", "fitness"]) == 2
    assert "say which environment" in capsys.readouterr().err


def test_a_comparison_keeps_each_result_and_goes_on_where_it_was(reward_file, tmp_path):
    environment = load_environment("cartpole")
    config = searches.tiny(report_seeds=1, steps=512, evaluation_episodes=1)
    planned = plan_comparison([str(reward_file), "fitness"], environment, config)
    heard = []
    seen = []

    @contextlib.contextmanager
    def show(started):
        seen.append((started.rewards, len(started.seeds), started.steps))
        yield seen.append
        seen.append("taken away")

    shown = {"folder": tmp_path / "c", "hear": heard.append, "show": show}
    with Workshop(workers=1) as workshop:
        first = compare(planned, workshop=workshop, **shown)
        assert (seen[0], seen[-1]) == ((("my-reward", "fitness"), 1, 512), "taken away")
        assert {type(progress) for progress in seen[1:-1]} == {TrainProgress}
        seen.clear()
        again = compare(planned, workshop=workshop, **shown)
        assert not seen  # there was nothing to train
        other = msgspec.structs.replace(planned, steps=1024)
        with pytest.raises(UsageError, match="another folder"):
            compare(other, folder=tmp_path / "c", workshop=workshop)
    assert again == first
    assert sorted(r.reward for r in heard) == ["fitness", "my-reward"]
    assert all(row.score is not None for row in first)
    events = tmp_path / "c" / "events.jsonl"
    events.write_text(events.read_text().splitlines(keepends=True)[0])
    with Workshop(workers=1) as workshop:
        compare(planned, workshop=workshop, **shown)
    assert len(heard) == 3
    assert seen[0][0] == (heard[2].reward,)
