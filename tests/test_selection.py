"""Selection under noise: more seeds for whoever breeds, and a report that luck has no part in."""

import numpy as np
import pytest
from test_archive import proposed, said, trained

from rewardsmith import plan, records, stats
from rewardsmith.archive import Archive, elites_of, undecided_of
from rewardsmith.config import Config
from rewardsmith.report import luck_of

RUNS = 300
CANDIDATES = 40


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
def test_the_order_of_the_best_two_is_open_where_the_interval_of_their_difference_holds_0(
    second, open_
):
    first = (2.5, 2.5) if second == (2.5, 2.5) else (2.5, 4.0)
    archive = fold(
        proposed("g00-c00"),
        proposed("g00-c01"),
        trained("g00-c00", *first),
        trained("g00-c01", *second),
    )
    assert undecided_of(archive, 2) == (("g00-c00", "g00-c01") if open_ else ())
    assert undecided_of(archive, 1) == ()


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
    extra = config.seeds + 2 * config.elite_seeds
    chosen = {
        *plan.training_seeds(config, "selection"),
        *plan.selection_seeds(config, config.seeds, extra),
    }
    groups = [chosen, *(set(plan.training_seeds(config, p)) for p in ("confirmation", "report"))]
    groups += [set(plan.training_seeds(other, p)) for p in plan.PURPOSES]
    assert sum(len(group) for group in groups) == len(set().union(*groups))


def simulated_run(rng):
    """A search among equal candidates: its archive after selection, elites, confirmation, report.

    Every fitness is a draw of the standard normal distribution, whoever is trained.
    """
    config = Config(seeds=3, elites=2, elite_seeds=2, finalists=3)
    names = [f"g00-c{k:02}" for k in range(CANDIDATES)]
    archive = fold(*(proposed(n) for n in names))
    for name in names:
        archive = archive.with_event(trained(name, *rng.normal(size=3)))
    first = archive.ranking()[0]
    promised = archive.scores[first].value
    for name in elites_of(archive, config.elites, 3):
        archive = archive.with_event(trained(name, *rng.normal(size=2), first=3))
    for name in undecided_of(archive, 5):
        archive = archive.with_event(trained(name, *rng.normal(size=2), first=5))
    finalists = archive.finalists(config.finalists)
    for name in finalists:
        archive = archive.with_event(trained(name, *rng.normal(size=3), purpose="confirmation"))
    winner = max(
        finalists, key=lambda n: stats.score(archive.results[n, "confirmation"].fitness).value
    )
    for name in (winner, "fitness"):
        archive = archive.with_event(trained(name, *rng.normal(size=5), purpose="report"))
    return archive, winner, promised


def test_the_winners_curse_is_large_and_the_reported_score_is_free_of_it():
    """The best of 40 means of 3 draws is about 2.16 / sqrt(3) = 1.25 deviations too good."""
    rng = np.random.default_rng(5)
    promised, reported = [], []
    for _ in range(RUNS):
        archive, winner, first = simulated_run(rng)
        promised.append(first)
        reported.append(stats.score(archive.results[winner, "report"].fitness).value)
    assert np.mean(promised) == pytest.approx(1.25, abs=0.1)
    # The standard error of 300 means of 5 draws, 0.45 / sqrt(300), is 0.026.
    assert abs(np.mean(reported)) < 0.1


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


def test_short_trainings_have_seeds_of_their_own_even_at_the_largest_settings():
    config = Config(seeds=2500, elite_seeds=1250)
    extra = plan.selection_seeds(config, config.seeds, 2 * config.elite_seeds)
    groups = [plan.training_seeds(config, p) for p in plan.PURPOSES]
    groups += [extra, plan.retuning_seeds(config)]
    assert sum(len(group) for group in groups) == len({s for group in groups for s in group})
