"""What pays gets more of a generation, kinds are kept apart, and a plateau changes the strategy."""

import numpy as np
import pytest
from test_archive import proposed, trained

from rewardsmith import plan, records, strategy
from rewardsmith.advice import component_advice
from rewardsmith.archive import Archive
from rewardsmith.archive.cells import cells_first
from rewardsmith.archive.operators import OPERATORS, adapted_shares, operator_gains, shared_out
from rewardsmith.archive.plateau import plateau_length
from rewardsmith.config import Config
from rewardsmith.errors import UsageError
from rewardsmith.search import require_settings


def judged(name, *signals, cluster=None):
    verdict = records.Verdict(candidate=name, signals=signals, cluster=cluster)
    return records.CandidateJudged(verdict=verdict)


def child(name, operator, *parents):
    candidate = records.Candidate(
        id=name,
        source=name,
        operator=operator,
        generation=int(name[1:3]),
        index=int(name[5:7]),
        parents=parents,
    )
    return records.CandidateProposed(candidate=candidate)


FAMILY = (
    proposed("g00-c00"),
    judged("g00-c00"),
    trained("g00-c00", 2.0),
    proposed("g00-c01"),
    judged("g00-c01"),
    trained("g00-c01", 3.0),
    child("g01-c00", "mutate", "g00-c00"),
    judged("g01-c00"),
    trained("g01-c00", 9.0),
    child("g01-c01", "repair", "g00-c00", "g00-c01"),
    judged("g01-c01"),
    trained("g01-c01", None),
    child("g01-c02", "initial"),
    judged("g01-c02"),
    trained("g01-c02", 1.0),
)
"""Two parents; a mutation that becomes the best, a crossing that fails, a fresh one below."""


def family():
    return Archive.fold(FAMILY)


def test_an_operators_gain_is_how_far_its_place_is_ahead_of_the_best_before():
    # Of the scores 1, 2, 3, 9 one lies above 3, the best before: the mutation passed 1 of 4; the
    # repair of a crossing has no score; the fresh one lies below.
    gains = operator_gains(family(), 2)
    assert gains["mutate"] == (0.25,)
    assert gains["crossover"] == (0.0,)
    assert gains["initial"] == (0.0,)
    assert operator_gains(family(), 1) == dict.fromkeys(OPERATORS, ())


def test_a_fresh_proposal_and_a_child_with_the_same_score_gained_the_same():
    fresh = [child("g01-c03", "initial"), judged("g01-c03"), trained("g01-c03", 9.0)]
    # Of 1, 2, 3, 9, 9 two lie above 3, whoever came to them.
    gains = operator_gains(Archive.fold([*FAMILY, *fresh]), 2)
    assert gains["mutate"] == (0.4,)
    assert gains["initial"] == (0.0, 0.4)


def test_a_place_counts_once_and_a_copy_gains_nothing():
    twin = records.Verdict(candidate="g01-c03", twin="g01-c00")
    mended = [
        child("g01-c01-r1", "repair", "g00-c00", "g00-c01"),
        judged("g01-c01-r1"),
        trained("g01-c01-r1", 4.0),
        child("g01-c03", "initial"),
        records.CandidateJudged(verdict=twin),
    ]
    # Of 1, 2, 3, 4, 9: the crossing's second repair passed 4, the mutation 4 and 9.
    gains = operator_gains(Archive.fold([*FAMILY, *mended]), 2)
    assert gains["crossover"] == (0.2,)
    assert gains["mutate"] == (0.4,)
    assert gains["initial"] == (0.0, 0.0)


GIVEN = {"mutate": 0.4, "crossover": 0.25, "retune": 0.1, "initial": 0.25}


def mean_shares(lead):
    """The mean over runs of the shares for the sixth generation; mutation is better by `lead`.

    All scores are draws of one normal distribution, but for the lead; children's parents are the
    best there was, so that none of them is likely to be ahead of its own.
    """
    found = []
    for run in range(RUNS):
        rng = np.random.default_rng([run, 7])
        candidates, scores = {}, {}
        for generation in range(5):
            best = max(scores, key=lambda name: scores[name].value, default=None)
            operators = shared_out(GIVEN if generation else {"initial": 1.0}, PLACES)
            for index, operator in enumerate(operators):
                name = f"g{generation:02}-c{index:02}"
                parents = () if operator == "initial" else (best,)
                candidates[name] = child(name, operator, *parents).candidate
                value = rng.normal() + lead * (operator == "mutate")
                scores[name] = records.Score(value=value, low=value, high=value, seeds=1)
        verdicts = {name: records.Verdict(candidate=name) for name in candidates}
        archive = Archive(candidates=candidates, scores=scores, verdicts=verdicts)
        found.append(adapted_shares(GIVEN, operator_gains(archive, 5)))
    return {name: np.mean([shares[name] for shares in found]) for name in GIVEN}


RUNS, PLACES = 150, 20


def test_operators_of_equal_worth_keep_their_shares_and_a_better_one_gains():
    equal = mean_shares(0.0)
    # A run's share spreads by up to 0.06 (mutation's), so the mean of 150 runs by 0.005.
    assert equal == pytest.approx(GIVEN, abs=0.02)
    better = mean_shares(1.0)
    assert better["mutate"] > 0.5
    assert all(better[name] < GIVEN[name] for name in ("crossover", "retune", "initial"))


def test_the_shares_that_a_generation_began_with_hold_whatever_is_found_later():
    config = Config(candidates=4, retune=0.0)
    shares = {"mutate": 0.75, "initial": 0.25}
    began = Archive.fold([*FAMILY, records.GenerationStarted(generation=2, shares=shares)])
    assert strategy.operators_for(began, config, 2) == ("mutate",) * 3 + ("initial",)
    assert strategy.operators_for(family(), config, 2) != ("mutate",) * 3 + ("initial",)
    old = records.decode_event('{"event":"generation_started","generation":2}')
    assert Archive.fold([*FAMILY, old]).shares == {}


def test_what_pays_gets_more_and_nothing_dies_out():
    shares = {"mutate": 0.5, "crossover": 0.25, "initial": 0.25}
    gains = {"mutate": (0.6,) * 12, "crossover": (0.0,) * 12, "initial": (0.0,) * 12}
    # The mean gain is 0.2, so worth is (7.2 + 1.2) / 18 and 1.2 / 18: 7 to 1; the norm is 4.
    adapted = adapted_shares(shares, gains)
    assert adapted == pytest.approx({"mutate": 0.6875, "crossover": 0.15625, "initial": 0.15625})
    assert adapted_shares(shares, {}) == shares
    nothing = dict.fromkeys(shares, (0.0, 0.0))
    assert adapted_shares(shares, nothing) == shares
    assert adapted_shares({"mutate": 1.0, "crossover": 0.0}, gains)["crossover"] == 0.0


@pytest.mark.parametrize(
    ("count", "expected"),
    [(8, (4, 2, 2)), (3, (1, 1, 1)), (1, (1, 0, 0)), (5, (3, 1, 1))],
)
def test_a_generation_is_shared_out_by_largest_remainder(count, expected):
    names = shared_out({"mutate": 0.5, "crossover": 0.25, "initial": 0.25}, count)
    assert len(names) == count
    assert tuple(names.count(n) for n in ("mutate", "crossover", "initial")) == expected


def test_adapting_can_be_turned_off():
    config = Config(candidates=100, explore=0.25, crossover=0.25, retune=0.0)
    still = Config(candidates=100, explore=0.25, crossover=0.25, retune=0.0, adapt=False)
    assert strategy.operators_for(family(), config, 2).count("mutate") > 50
    assert strategy.operators_for(family(), still, 2).count("mutate") == 50


def generations(*scores):
    return Archive.fold(
        event
        for g, score in enumerate(scores)
        for event in (proposed(f"g{g:02}-c00"), trained(f"g{g:02}-c00", score))
    )


@pytest.mark.parametrize(
    ("scores", "length"),
    [((), 0), ((1.0,), 0), ((1.0, 2.0), 0), ((1.0, 1.0), 1), ((3.0, 1.0, 2.0), 2), ((1, 0, 2), 0)],
)
def test_a_plateau_is_as_long_as_nothing_better_comes(scores, length):
    assert plateau_length(generations(*scores), len(scores)) == length


def test_what_is_ahead_by_less_than_its_noise_is_no_better_but_small_steps_add_up():
    # Variances of 2 each, so standard errors of 1 and of 1.41 for a difference.
    def scores(*values):
        return Archive.fold(
            event
            for g, value in enumerate(values)
            for event in (
                proposed(f"g{g:02}-c00"),
                trained(f"g{g:02}-c00", value - 1.0, value + 1.0),
            )
        )

    assert plateau_length(scores(5.0, 6.4), 2) == 1
    assert plateau_length(scores(5.0, 6.5), 2) == 0
    assert plateau_length(scores(5.0, 5.8, 6.6), 3) == 0
    assert plateau_length(scores(5.0, 5.8, 6.6), 2) == 1


def test_on_a_plateau_half_starts_afresh_and_the_model_is_warmer():
    settings = {"generations": 9, "candidates": 8, "explore": 0.25, "crossover": 0.25}
    config = Config(**settings, temperature=1.0)
    stuck = generations(3.0, 1.0, 2.0)
    assert strategy.operators_for(stuck, config, 3).count("initial") == 4
    assert strategy.temperature_of(stuck, config, 3) == pytest.approx(1.3)
    assert strategy.temperature_of(stuck, config, 2) == 1.0
    assert strategy.temperature_of(stuck, Config(**settings, plateau=1), 2) == pytest.approx(1.3)
    assert strategy.temperature_of(stuck, Config(**settings, plateau=0), 3) == 1.0
    assert strategy.temperature_of(stuck, Config(**settings, temperature=1.9), 3) == 2.0


def test_with_the_defaults_the_last_generation_starts_afresh_where_nothing_improved():
    config = Config()
    stuck = generations(3.0, 1.0)
    assert config.generations == 3
    assert strategy.operators_for(stuck, config, 2).count("initial") == 4
    assert strategy.plateau_of(stuck, config, 2) == 1


@pytest.mark.parametrize(
    ("settings", "patience"),
    [
        ({}, 1),
        ({"generations": 4}, 2),
        ({"generations": 4, "plateau": 3}, 3),
        ({"generations": 9, "plateau_stop": 2}, 1),
        ({"generations": 9, "plateau_stop": 5}, 2),
        ({"plateau": 0}, 0),
    ],
)
def test_the_strategy_changes_in_time_and_before_the_search_ends(settings, patience):
    assert strategy.patience_of(Config(**settings)) == patience


@pytest.mark.parametrize(
    ("settings", "sound"),
    [
        ({"plateau_stop": 1}, "plateau-stop 2"),
        ({"plateau_stop": 3, "plateau": 3}, "plateau-stop 4"),
        ({"plateau_stop": 2}, ""),
        ({"plateau_stop": 1, "plateau": 0}, ""),
    ],
)
def test_a_search_that_would_end_before_its_strategy_changes_is_refused(cartpole, settings, sound):
    if sound:
        with pytest.raises(UsageError, match=f"before its strategy changes .* give --{sound} or"):
            require_settings(cartpole, Config(generations=9, **settings))
    else:
        require_settings(cartpole, Config(generations=9, **settings))


def test_a_cell_holds_what_reads_the_same_signals():
    archive = Archive.fold(
        [
            judged("a", "speed", "action"),
            judged("b", "previous_speed", "speed"),
            judged("c", "height", "terminated"),
        ]
    )
    assert cells_first(archive, ["b", "a", "c"]) == (["b", "c"], ["a"])


def test_what_looks_at_the_same_and_asks_for_something_else_is_of_another_cell():
    archive = Archive.fold(
        [
            judged("a", "speed", cluster="a"),
            judged("b", "speed", cluster="a"),
            judged("c", "speed", cluster="c"),
            judged("d", "height", cluster="d"),
            judged("e", "speed"),  # of an earlier version's run: nobody compared them
            judged("f", "previous_speed"),
        ]
    )
    assert cells_first(archive, list("abcdef")) == (["a", "c", "d", "e"], ["b", "f"])


def test_two_parents_are_of_two_kinds_where_there_are_two():
    events = []
    for index, (signal, score) in enumerate((("x", 9.0), ("x", 8.0), ("x", 7.0), ("y", 1.0))):
        name = f"g00-c{index:02}"
        events += [proposed(name), judged(name, signal), trained(name, score, score + 0.01)]
    archive = Archive.fold(events)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        chosen = {c.id for c in archive.parents_for(1, 2, rng, "cells")}
        assert chosen == {"g00-c00", "g00-c03"}


def test_an_unknown_parent_strategy_is_refused_before_anything_begins(cartpole):
    with pytest.raises(UsageError, match=r"unknown parent strategy 'cell'; did you mean cells\?"):
        require_settings(cartpole, Config(parents="cell"))


@pytest.fixture
def cartpole():
    from rewardsmith import load_environment

    return load_environment("cartpole")


def curve(name, means, share, *, active=1.0):
    rest = (0.1,) * (len(means) - 1)
    return records.ComponentCurve(
        name=name,
        mean=means,
        share=(*rest, share),
        spread=(*rest, share),
        positive=(*rest, active),
    )


RISING, FALLING = (0.0, 1.0, 2.0, 3.0), (3.0, 2.0, 1.0, 0.0)


def advised(fitness, *curves, terminated=False, length=10.0, ends_early=False):
    member = records.MemberResult(
        reward="a",
        seed=0,
        steps=1,
        fitness=1.0,
        curve_fitness=fitness,
        curve_length=(length,) * 4,
        components=curves,
        episodes=(records.Episode(fitness=1.0, length=9, terminated=terminated),),
    )
    result = records.TrainResult(reward="a", purpose="selection", members=(member,))
    found = component_advice(result, ends_early=ends_early)
    for advice in found:
        action = {"smaller": "rescale, smaller", "larger": "rescale, larger"}
        assert advice.sentence.startswith(action.get(advice.action, advice.action))
    return {advice.component: advice.sentence for advice in found}


def test_each_component_is_told_to_be_kept_rescaled_rewritten_or_dropped():
    advice = advised(
        RISING,
        curve("aim", RISING, 0.6),
        curve("cost", FALLING, 0.2),
        curve("bonus", RISING, 0.1, active=0.001),
        curve("alive", RISING, 0.0),
        curve("faint", FALLING, 0.01),
    )
    assert list(advice) == ["aim", "cost", "bonus", "faint", "alive"]
    assert advice["aim"] == "keep (60% of the spread, correlation with the score +1.0)"
    assert advice["cost"].startswith("keep")
    assert advice["bonus"].startswith("rewrite: it is 0 on 100% of the steps")
    assert advice["alive"].startswith("drop: it is constant")
    assert advice["faint"].startswith("rescale, larger, or drop")


def test_a_bonus_that_was_never_had_is_to_be_rewritten_and_not_dropped_as_a_constant():
    goal = curve("goal", (0.0,) * 4, 0.0, active=0.0)
    advice = advised(RISING, goal, curve("aim", RISING, 0.5))
    assert advice["goal"] == "rewrite: it is 0 on 100% of the steps; give it a slope"


def test_what_rises_while_the_score_falls_is_rewritten_and_what_drowns_is_rescaled():
    advice = advised(FALLING, curve("farmed", RISING, 0.95), curve("other", FALLING, 0.05))
    assert advice["farmed"].startswith("rewrite: it rises while the score falls")
    flat = advised(
        (1.0, 2.0, 1.0, 2.0), curve("loud", (1.0, 1.0, 2.0, 1.5), 0.95), curve("b", RISING, 0.05)
    )
    assert flat["loud"].startswith("rescale, smaller")


def test_what_is_paid_once_an_episode_is_told_from_a_bonus_that_is_hardly_ever_found():
    rare = curve("rare", FALLING, 0.5, active=0.01)
    found = curve("aim", RISING, 0.5)
    # 1 % of the steps: once in an episode of 100 steps, in one of ten episodes of 10 steps
    assert advised(RISING, rare, found, length=100.0)["rare"].startswith("keep")
    assert advised(RISING, rare, found, length=10.0)["rare"].startswith("rewrite: it is 0 on 99%")


def test_a_constant_on_which_the_sign_of_a_step_hangs_is_kept_where_episodes_end_early():
    life, cost = curve("life", (2.0,) * 4, 0.0), curve("cost", (-3.0, -2.0, -2.0, -1.5), 1.0)
    early = advised(RISING, life, cost, terminated=True)
    assert early["life"] == (
        "keep: it is constant, but episodes can end early, and without it an ordinary step would "
        "be worth -1.5 and not +0.5"
    )
    assert advised(RISING, life, cost)["life"].startswith("drop")


@pytest.mark.parametrize("known", [{"terminated": True}, {"ends_early": True}])
def test_what_time_is_worth_is_kept_wherever_episodes_can_end(known):
    # A goal that ends the episode and a cost of time: no sign hangs on the cost, yet it is what
    # makes being quick pay. That episodes can end is seen in these, or in those of the bank.
    cost, goal = curve("time", (-0.1,) * 4, 0.0), curve("goal", (0.0, 0.1, 0.3, 0.5), 1.0)
    assert advised(RISING, cost, goal, **known)["time"] == (
        "keep: it is constant, but episodes can end, so it says what time is worth "
        "(-0.1 of the +0.4 of an ordinary step)"
    )
    assert advised(RISING, cost, goal)["time"] == (
        "drop: it is constant, and every episode is as long as any other"
    )


def test_what_is_constant_but_at_the_end_is_kept_where_episodes_can_end():
    alive, aim = curve("alive", (1.0,) * 4, 0.01), curve("aim", RISING, 0.5)
    found = advised(RISING, alive, aim, terminated=True)
    assert found["alive"].startswith("keep: it is nearly constant, but episodes can end")
    faint = curve("faint", (0.02,) * 4, 0.01)  # as large as its spread, so no constant
    assert advised(RISING, faint, aim, terminated=True)["faint"].startswith("rescale, larger")
    assert advised(RISING, alive, aim)["alive"].startswith("rescale, larger")


def test_without_diagnosis_a_parent_is_told_with_its_score_alone():
    archive = family()
    view = plan.parent_view(archive, archive.candidates["g01-c00"], told=False)
    assert (view.diagnosis, view.advice, view.actions) == ("", (), {})
    assert view.score
