"""Selection under noise: more seeds for whoever breeds, and a report that luck has no part in."""

import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from test_archive import proposed, said, trained

from rewardsmith import load_environment, plan, records, stats
from rewardsmith.archive import Archive, elites_of, leaders_of, undecided_of
from rewardsmith.config import Config
from rewardsmith.records import TrainReward
from rewardsmith.report import luck_of
from rewardsmith.search.elites import train_elites
from rewardsmith.search.finishing import _convincing, finish
from rewardsmith.search.sitting import Hooks, Sitting
from rewardsmith.search.trainings import train

RUNS = 120
CANDIDATES = 40
A, B = "g00-c00", "g00-c01"


def fold(*events):
    return Archive.fold(events)


def test_elites_are_the_best_of_all_generations_that_have_no_more_seeds_yet():
    archive = fold(
        *(proposed(name) for name in ("g00-c00", "g00-c01", "g01-c00")),
        trained("g00-c00", 3.0, 3.2),
        trained("g00-c01", 1.0, 1.2),
        trained("g01-c00", 2.0, 2.2),
    )
    assert elites_of(archive, 2, 2) == ("g00-c00", "g01-c00")
    more = archive.with_event(trained("g00-c00", 2.9, 3.1, first=2))
    assert elites_of(more, 2, 2) == ("g01-c00",)
    rejected = archive.with_event(said(0, rejected=("g00-c00",)))
    assert elites_of(rejected, 2, 2) == ("g01-c00", "g00-c01")


def test_where_the_best_is_at_the_maximum_with_every_seed_nobody_is_trained_again():
    archive = fold(
        proposed("g00-c00"),
        proposed("g00-c01"),
        trained("g00-c00", 5.0, 5.0),
        trained("g00-c01", 4.0, 5.0),
    )
    assert elites_of(archive, 2, 2, 5.0) == ()
    assert elites_of(archive, 2, 2, 5.5) == ("g00-c00", "g00-c01")


@pytest.mark.parametrize(
    ("second", "open_"),
    [
        ((1.0, 4.0), True),  # differences of resampled means from -1.5 to 3: 0 is in
        ((0.0, 0.5), False),  # all below
        ((2.5, 2.5), False),  # alike on every seed, with a first of (2.5, 2.5)
    ],
)
def test_an_order_is_open_where_the_interval_of_the_difference_holds_0(second, open_):
    first = (2.5, 2.5) if second == (2.5, 2.5) else (2.5, 4.0)
    archive = fold(
        proposed("g00-c00"),
        proposed("g00-c01"),
        trained("g00-c00", *first),
        trained("g00-c01", *second),
    )
    both = ("g00-c00", "g00-c01")
    assert leaders_of(archive) == both
    assert undecided_of(archive, both, "selection", 3) == (both if open_ else ())
    assert undecided_of(archive, both, "selection", 2) == ()
    assert undecided_of(archive, both[:1], "selection", 3) == ()


def test_of_those_whose_order_is_open_the_ones_with_the_fewest_seeds_come_first():
    archive = fold(
        *(proposed(f"g00-c{k:02}") for k in range(4)),
        trained("g00-c00", 3.0, 9.0, 3.0, 9.0),
        trained("g00-c01", 5.0, 6.0),
        trained("g00-c02", 1.0, 1.5),  # far below
        trained("g00-c03", 2.0, 8.0),
    )
    leaders = leaders_of(archive)
    assert leaders == ("g00-c00", "g00-c01", "g00-c03", "g00-c02")
    assert undecided_of(archive, leaders, "selection", 9) == ("g00-c01", "g00-c03")
    level = archive.with_event(trained("g00-c01", 5.0, 6.0, first=2))
    level = level.with_event(trained("g00-c03", 2.0, 8.0, first=2))
    assert undecided_of(level, leaders, "selection", 9) == ("g00-c00", "g00-c01", "g00-c03")


def test_no_seed_is_spent_on_an_order_above_which_there_is_nothing():
    archive = fold(proposed(A), proposed(B), trained(A, 5.0, 5.0), trained(B, 4.0, 5.0))
    assert leaders_of(archive, 5.0) == ()
    assert leaders_of(archive, 5.5) == (A, B)


def test_a_training_keeps_what_was_decided_when_it_first_began():
    began = records.TrainingStarted(
        job="g00-elites", purpose="selection", rewards=("a", "b"), seeds=(2, 3), steps=10
    )
    again = records.TrainingStarted(
        job="g00-elites", purpose="selection", rewards=("b",), seeds=(2, 3), steps=10
    )
    assert fold(began, again).jobs["g00-elites"] == began


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_seeds_of_different_purposes_and_runs_never_meet(seed):
    config = Config(seed=seed, seeds=9, elite_seeds=20, confirmation_seeds=50, report_seeds=60)
    other = Config(seed=seed + 1, seeds=9, confirmation_seeds=50, report_seeds=60)
    groups = [
        {
            *plan.training_seeds(config, purpose),
            *plan.more_seeds(config, purpose, 0, plan.most_seeds(config, purpose)),
        }
        for purpose in ("selection", "confirmation")
    ]
    groups.append(set(plan.training_seeds(config, "report")))
    groups += [set(plan.training_seeds(other, p)) for p in plan.PURPOSES]
    assert sum(len(group) for group in groups) == len(set().union(*groups))


class Dice:
    """An executor with which everything is worth the same.

    The fitness of a reward with a seed is a draw of the standard normal distribution, the same
    whenever it is trained: a seed that chose the winner would bring its luck into the report.
    """

    def __init__(self, run):
        self.run = run

    def member(self, job, reward, seed):
        """What one policy reached."""
        key = [self.run, zlib.crc32(reward.encode())]
        fitness = float(np.random.default_rng([*key, seed]).normal())
        return records.MemberResult(reward=reward, seed=seed, steps=job.steps, fitness=fitness)

    def train(self, job):
        for reward in job.rewards:
            members = tuple(self.member(job, reward.id, seed) for seed in job.seeds)
            yield records.TrainResult(reward=reward.id, purpose=job.purpose, members=members)


class Fragile(Dice):
    """What is called A reaches much with every other seed and fails with the others."""

    def member(self, job, reward, seed):
        fails = reward == A and seed % 2
        failure = "its total is nan" if fails else None
        fitness = None if fails else {A: 9.0, B: 5.0 + seed % 2}.get(reward, 1.0)
        return records.MemberResult(
            reward=reward, seed=seed, steps=job.steps, fitness=fitness, failure=failure
        )


def sitting_with(executor, archive, environment, folder, **changes):
    config = Config(**{"generations": 2, "seeds": 3, "racing": "off", **changes})
    log = SimpleNamespace(folder=folder, append=lambda _: None)
    sitting = Sitting(log, archive, environment, config, Hooks())
    sitting.shop = SimpleNamespace(executor=executor)
    sitting.write_best = lambda _: None
    return sitting


def simulated_search(environment, run, folder):
    """What the search does with 40 equal candidates once they are proposed.

    Its own selection, elites, confirmation and report; gives the best score after the selection
    and the score that is reported.
    """
    archive = fold(*(proposed(f"g00-c{k:02}") for k in range(CANDIDATES)))
    sitting = sitting_with(Dice(run), archive, environment, folder)
    rewards = tuple(
        records.TrainReward(id=name, source=c.source) for name, c in archive.candidates.items()
    )
    list(train(sitting, "g00", "selection", rewards))
    promised = sitting.archive.scores[sitting.archive.ranking()[0]].value
    list(train_elites(sitting, 0))
    *_, report = finish(sitting)
    return promised, report.scores["best"].value


def test_the_winners_curse_is_large_and_the_reported_score_is_free_of_it(tmp_path):
    """The best of 40 means of 3 draws is about 2.16 / sqrt(3) = 1.25 deviations too good."""
    environment = load_environment("cartpole", words="Stay there.", fitness="-abs(cart_position)")
    scores = [simulated_search(environment, run, tmp_path) for run in range(RUNS)]
    promised, reported = zip(*scores, strict=True)
    assert np.mean(promised) == pytest.approx(1.25, abs=0.1)
    # The standard error of 120 interquartile means of 5 draws, about 0.48 / sqrt(120), is 0.044.
    assert abs(np.mean(reported)) < 0.1


ENDS = (proposed(A), proposed(B), trained(A, 9.0, 9.0, 9.0), trained(B, 5.0, 5.0, 5.0))


THREE = tuple(proposed(f"g00-c{k:02}") for k in range(3))
FITNESS = {"g00-c00": 5.0, "g00-c01": 5.2, "g00-c02": 0.0}


class Close(Dice):
    """Two that are nearly as good as each other under much noise, and one far below."""

    def member(self, job, reward, seed):
        fitness = FITNESS.get(reward, 0.0) + (1.0 if seed % 2 else -1.0)
        return records.MemberResult(reward=reward, seed=seed, steps=job.steps, fitness=fitness)


def raced(environment, folder, archive, **changes):
    """The jobs of a search's end on equal terms: who was trained, and with which seeds."""
    sitting = sitting_with(Close(0), archive, environment, folder, seeds=2, **changes)
    rewards = tuple(TrainReward(id=n, source=c.source) for n, c in archive.candidates.items())
    events = list(train(sitting, "g00", "selection", rewards))
    events += train_elites(sitting, 0)
    events += finish(sitting)
    return sitting.archive, events


def jobs_of(archive, stage):
    return [
        (job.rewards, job.seeds) for name, job in archive.jobs.items() if name.startswith(stage)
    ]


def test_seeds_are_added_while_the_order_of_the_leaders_is_open_and_the_limit_allows(tmp_path):
    environment = load_environment("cartpole", words="Stay there.", fitness="-abs(cart_position)")
    archive, _ = raced(environment, tmp_path, fold(*THREE))
    both = ("g00-c01", "g00-c00")
    assert jobs_of(archive, "g00-elites") == [(both, (2, 3))]
    # two policies each and time, so two rounds are the eight that the setting allows
    assert jobs_of(archive, "g00-undecided") == [(both, (4, 5)), (both, (6, 7))]
    fresh = plan.training_seeds(Config(), "confirmation")
    rounds = jobs_of(archive, "confirmation-undecided")
    assert [len(seeds) for _, seeds in rounds] == [2, 2]
    assert rounds[0][1][0] == fresh[-1] + 1
    assert len(archive.results["g00-c02", "confirmation"].members) == len(fresh)
    tight, _ = raced(environment, tmp_path, fold(*THREE), undecided=3)
    assert jobs_of(tight, "g00-undecided") == [(both[:1], (4, 5))]
    none, _ = raced(environment, tmp_path, fold(*THREE), undecided=0)
    assert not [name for name in none.jobs if name.endswith("undecided")]


def test_nobody_gets_more_seeds_than_are_enough(tmp_path):
    environment = load_environment("cartpole", words="Stay there.", fitness="-abs(cart_position)")
    archive, _ = raced(environment, tmp_path, fold(*THREE), undecided=1000)
    assert len(archive.results["g00-c01", "selection"].members) == 10
    assert len(archive.results["g00-c01", "confirmation"].members) <= 10


def test_a_search_that_was_killed_between_two_such_trainings_goes_on_alike(tmp_path):
    environment = load_environment("cartpole", words="Stay there.", fitness="-abs(cart_position)")
    whole, events = raced(environment, tmp_path, fold(*THREE))
    places = [k for k, event in enumerate(events) if isinstance(event, records.RewardTrained)]
    for cut in range(places[3], len(events)):
        resumed, _ = raced(environment, tmp_path, fold(*THREE, *events[:cut]))
        assert resumed.canonical() == whole.canonical(), cut


def test_a_finalist_that_fails_with_a_fresh_seed_does_not_win_by_the_others(tmp_path):
    environment = load_environment("cartpole", words="Stay there.", fitness="-abs(cart_position)")
    sitting = sitting_with(Fragile(0), fold(*ENDS), environment, tmp_path)
    *_, report = finish(sitting)
    assert report.best == B
    assert report.convincing


def test_a_winner_that_fails_with_a_fresh_seed_convinces_nobody(tmp_path):
    environment = load_environment("cartpole", words="Stay there.", fitness="-abs(cart_position)")
    sitting = sitting_with(Fragile(0), fold(ENDS[0], ENDS[2]), environment, tmp_path)
    *_, report = finish(sitting)
    assert (report.best, report.scores["best"].value) == (A, 9.0)
    assert not report.convincing


def test_luck_is_what_selection_promised_and_fresh_seeds_did_not_keep():
    archive = fold(
        proposed("g00-c00"),
        trained("g00-c00", 9.0, 9.0),
        trained("g00-c00", 7.0, 7.0, purpose="report"),
        trained("fitness", 5.0, 5.0, purpose="report"),
    )
    # Of the gain of 9 - 5 = 4, 9 - 7 = 2 is lost on fresh seeds.
    assert luck_of(archive, "g00-c00") == (
        "luck: 9 on the 2 seeds that selected it, 7 on 2 fresh ones: "
        "50% of the gain over the fitness as a reward was luck"
    )
    assert luck_of(fold(proposed("g00-c00"), trained("g00-c00", 9.0)), "g00-c00") is None


@pytest.mark.parametrize(
    ("best", "fitness", "convinces"),
    [
        ((9.0, 8.0), (5.0, 6.0), True),
        ((9.0, 6.0), (5.0, 6.0), False),
        ((10.0, 9.6), (10.0, 10.0), True),  # within 5 % of the most possible
        ((9.0,), (5.0, 6.0), False),
        ((9.0, 8.0), (5.0,), False),
        ((10.0,), (5.0,), False),
    ],
)
def test_a_winner_convinces_by_its_interval_and_one_seed_has_none(best, fitness, convinces):
    scores = {"best": stats.score(best), "fitness": stats.score(fitness)}
    assert _convincing(scores, 10.0) is convinces


def test_short_trainings_have_seeds_of_their_own_even_at_the_largest_settings():
    config = Config(seeds=2500, elite_seeds=1250)
    extra = plan.more_seeds(config, "selection", 0, plan.most_seeds(config, "selection"))
    groups = [plan.training_seeds(config, p) for p in plan.PURPOSES[1:]]
    groups += [extra, plan.retuning_seeds(config)]
    assert sum(len(group) for group in groups) == len({s for group in groups for s in group})
