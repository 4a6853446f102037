"""Who stops early, and that nobody else is the wiser."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from shard_training import make_job

from rewardsmith.errors import UsageError
from rewardsmith.executor import TrainerServer
from rewardsmith.records import (
    MemberResult,
    Stop,
    TrainJob,
    TrainProgress,
    TrainResult,
    TrainReward,
)
from rewardsmith.sandbox import RewardServer
from rewardsmith.training.curves import Mark, MemberCurves
from rewardsmith.training.racing import (
    Standing,
    decide,
    extrapolation,
    halving,
    race,
    require_rule,
    rule_of,
    seed_test,
    standing_of,
)

QUARTERS = (0.25, 0.5, 0.75)


def standing(name, *seeds):
    return Standing(name, QUARTERS[: len(seeds[0])], tuple(seeds))


def test_halving_keeps_the_better_half_and_the_odd_one():
    field = [standing(name, (value,)) for name, value in zip("abcde", (5, 1, 4, 2, 3), strict=True)]
    assert set(halving(field)) == {"b", "d"}
    assert "fitness was 1 and the leader's 5 (not among the best 3)" in halving(field)["b"]
    assert halving(field, since=0.5) == {}
    assert halving([]) == {}


def test_a_candidate_that_rises_may_still_overtake_and_one_that_lies_flat_may_not():
    field = [
        standing("leader", (80.0, 90.0), (80.0, 90.0)),
        standing("rising", (0.0, 40.0), (0.0, 40.0)),
        standing("flat", (10.0, 10.0), (10.0, 10.0)),
    ]
    # 40 a quarter: the rising one may end at 40 + 80; the flat one ends at 10.
    assert set(extrapolation(field)) == {"flat"}
    # The smallest spread that is believed is 5 % of 80: half an error is 0.5 * 4 / sqrt(2) = 1.4,
    # 30 of them on either side are more than the 80 between.
    assert set(extrapolation(field, margin=0.5)) == {"flat"}
    assert extrapolation(field, margin=15.0) == {}
    assert extrapolation([standing("a", (9.0,)), standing("b", (0.0,))]) == {}


def paused(name, *fitness):
    """A candidate of one seed that waits at its second boundary."""
    member = MemberResult(
        reward=name,
        seed=0,
        steps=50,
        fitness=fitness[-1],
        checkpoint_steps=(25, 50),
        checkpoint_fitness=fitness,
        stopped=Stop(kind="paused", part=2),
    )
    return TrainResult(reward=name, purpose="selection", members=(member,))


@pytest.mark.parametrize(
    ("maximum", "stopped"),
    [(100.0, {"b"}), (1000.0, set()), (None, {"b"})],
)
def test_nobody_is_behind_where_nobody_has_learned_a_part_of_the_maximum(maximum, stopped):
    """The candidates are 10 apart: a tenth of 100, a hundredth of 1000."""
    known = [paused("a", 10.0, 10.0), paused("b", 0.0, 0.0)]
    found = decide(known, {"a", "b"}, 100, "extrapolation", maximum=maximum, part=2)
    assert set(found) == stopped


def test_seeds_that_differ_much_allow_no_decision():
    sure = [standing("a", (0, 10.0), (0, 11.0)), standing("b", (0, 2.0), (0, 3.0))]
    # Pooled deviation sqrt(1 / 2); 2.5 standard errors of a difference are 2.5 * sqrt(1 / 2).
    assert set(seed_test(sure)) == {"b"}
    unsure = [standing("a", (0, 10.0), (0, 2.0)), standing("b", (0, 2.0), (0, 3.0))]
    assert seed_test(unsure) == {}
    assert seed_test([standing("a", (10.0,)), standing("b", (0.0,))]) == {}


def test_an_unknown_rule_proposes_the_nearest():
    with pytest.raises(UsageError, match="did you mean halving"):
        require_rule("halfing")


def test_a_reward_that_explodes_or_is_the_same_everywhere_is_degenerate():
    curves = MemberCurves(10, 100)
    assert curves.degenerate == ""
    curves.marks += [Mark(steps=1, fitness=0.0, total=0.0, scale=1e4)]
    assert curves.degenerate == ""
    curves.marks += [Mark(steps=2, fitness=0.0, total=0.0, scale=2e7)]
    assert curves.degenerate == "the rewards grew from a size of 1e+04 to 2e+07"
    curves.marks += [Mark(steps=3, fitness=0.0, total=0.0, scale=1.0, constant=True)]
    assert "the same on every transition" in curves.degenerate


class Script:
    """A trainer whose members have what was written for them at each of three checkpoints."""

    def __init__(self, fitness, *, failing=(), degenerate=()):
        self.fitness, self.failing, self.degenerate = fitness, failing, degenerate
        self.jobs = []

    def train(self, job):
        self.jobs.append(job)
        for reward in job.rewards:
            members = tuple(self.member(job, reward.id, seed) for seed in job.seeds)
            yield TrainResult(reward=reward.id, purpose=job.purpose, members=members)

    def member(self, job, name, seed):
        stop = job.stops.get(name)
        part = stop.part if stop else job.until if 0 < job.until < 4 else 4
        if (name, seed) in self.failing:
            return MemberResult(reward=name, seed=seed, steps=5, failure="it raised")
        if stop is None and part < 4:
            words = "nothing in it" if name in self.degenerate else ""
            stop = Stop(kind="paused", part=part, sentence=words)
        fitness = self.fitness[name]
        return MemberResult(
            reward=name,
            seed=seed,
            steps=25 * part,
            fitness=None if stop and stop.kind == "paused" else float(fitness[part - 1]),
            checkpoint_steps=tuple(25 * n for n in range(1, min(part, 3) + 1)),
            checkpoint_fitness=tuple(float(f) for f in fitness[: min(part, 3)]),
            stopped=stop,
        )


def job(names, seeds=(1, 2)):
    rewards = tuple(TrainReward(id=name, source=name) for name in names)
    return TrainJob(id="g", environment={}, rewards=rewards, seeds=seeds, steps=100, folder="")


def ends(script, rule, names, **more):
    """By reward: the steps that were trained, and the kind of its stop."""
    results = [r for r in race(script, job(names), rule, **more) if isinstance(r, TrainResult)]
    assert sorted(r.reward for r in results) == sorted(names)
    return {r.reward: (r.members[0].steps, r.stopped.kind if r.stopped else None) for r in results}


LEVELS = {"a": (10, 20, 30, 40), "b": (9, 9, 9, 9), "c": (1, 1, 1, 1), "d": (0, 15, 40, 60)}


def test_those_who_are_behind_stop_and_the_others_train_to_the_end():
    script = Script(LEVELS)
    assert ends(script, "halving", "abcd") == {
        "a": (100, None),
        "b": (50, "behind"),
        "c": (25, "behind"),
        "d": (25, "behind"),
    }
    assert [sorted(r.id for r in j.rewards) for j in script.jobs[:2]] == [list("abcd")] * 2
    assert sorted(script.jobs[1].stops) == ["c", "d"]
    assert ends(Script(LEVELS), "sure", "abcd") == dict.fromkeys("abcd", (100, None))
    assert ends(Script(LEVELS), "off", "abcd") == dict.fromkeys("abcd", (100, None))


def test_a_solved_task_is_solved_at_two_checkpoints_with_every_seed():
    script = Script({"a": (3, 500, 500, 500), "b": (500, 500, 9, 9), "c": (500, 400, 500, 500)})
    assert ends(script, "sure", "abc", maximum=500.0) == {
        "a": (75, "solved"),
        "b": (50, "solved"),
        "c": (100, None),
    }
    assert ends(script, "sure", "abc", maximum=None) == dict.fromkeys("abc", (100, None))


def test_a_degenerate_candidate_stops_and_one_that_fails_takes_its_other_seeds_along():
    script = Script(LEVELS, failing=[("b", 2)], degenerate=["c"])
    found = {r.reward: r for r in race(script, job("abc"), "sure") if isinstance(r, TrainResult)}
    assert found["c"].stopped == Stop(kind="degenerate", sentence="nothing in it", part=1)
    assert found["b"].failure == "it raised"
    assert found["b"].stopped.sentence == "its reward failed with another seed"
    assert found["a"].stopped is None


@pytest.mark.parametrize("rule", ["sure", "halving", "extrapolation", "test"])
@pytest.mark.parametrize("known", [1, 2, 3])
def test_a_resumed_race_decides_the_same(rule, known):
    """With the results that were safe when the run was killed, in the order in which they came."""
    levels = {**LEVELS, "e": (60, 60, 60, 60), "f": (2, 30, 50, 55)}
    whole = list(race(Script(levels), job("abcdef"), rule, maximum=60.0))
    safe = whole[:known]
    left = [name for name in "abcdef" if name not in {r.reward for r in safe}]
    again = list(race(Script(levels), job(left), rule, maximum=60.0, finished=safe))
    assert {r.reward: r for r in safe + again} == {r.reward: r for r in whole}


def test_a_race_that_is_cancelled_ends():
    class Cancelled(Script):
        def train(self, job):
            yield from list(super().train(job))[:1]

    script = Cancelled(LEVELS)
    assert list(race(script, job("ab"), "sure")) == []
    assert len(script.jobs) == 1


def test_a_solved_candidate_keeps_its_standing_at_later_boundaries():
    script = Script({"a": (500, 500, 500, 500)})
    (result,) = race(script, job("a"), "sure", maximum=500.0)
    assert result.members[0].checkpoint_steps == (25, 50)
    assert standing_of(result, 3, 100) == Standing("a", QUARTERS, ((500.0,) * 3,) * 2)


# ---------------------------------------------------------------- with the real trainer

NOTHING = "def compute_reward(angle):\n    return 0.0 * angle, {'none': 0.0 * angle}\n"
UPRIGHT = "def compute_reward(cos_angle):\n    return cos_angle, {'up': cos_angle}\n"
SMALL = {"hidden": [16], "environments": 2, "rollout": 128, "minibatch": 128, "epochs": 1}


def test_who_stays_has_the_same_numbers_when_others_stop(tmp_path):
    rewards = (TrainReward(id="nothing", source=NOTHING), TrainReward(id="up", source=UPRIGHT))
    whole = make_job(
        tmp_path / "whole", "pendulum", rewards=rewards, seeds=(3,), steps=2048, **SMALL
    )
    whole = msgspec.structs.replace(whole, settings={**whole.settings, "parts": 2})
    raced = msgspec.structs.replace(whole, folder=str(tmp_path / "raced"))
    with RewardServer.start() as code, TrainerServer.start(code, workers=1) as server:
        full = {r.reward: r for r in race(server, whole, "off") if isinstance(r, TrainResult)}
        replies = list(race(server, raced, "sure"))
    found = {r.reward: r for r in replies if isinstance(r, TrainResult)}
    assert any(isinstance(r, TrainProgress) for r in replies)
    assert found["up"] == full["up"]
    assert found["nothing"].stopped.kind == "degenerate"
    assert [m.steps for m in found["nothing"].members] == [1024]
    assert len(found["nothing"].fitness) == 1
    assert (Path(raced.folder) / found["nothing"].members[0].policy).exists()
    assert not (Path(raced.folder) / "checkpoints").exists()


def test_by_default_fitness_is_carried_on_where_there_is_one():
    assert [rule_of("auto", measured=measured) for measured in (True, False)] == [
        "extrapolation",
        "sure",
    ]
    assert rule_of("halving", measured=False) == "halving"
    require_rule("auto")
