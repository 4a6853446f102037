import numpy as np

from rewardsmith.preference import (
    Match,
    Pair,
    Player,
    fit_strengths,
    matched_pairs,
    undecided_pairs,
)

PLAYERS = [Player(name, (10, 11)) for name in "abcd"]


def rng():
    return np.random.default_rng(3)


def sides(pair):
    return {(pair.first, pair.first_seed), (pair.second, pair.second_seed)}


def test_a_first_round_holds_every_reward_once():
    strengths = fit_strengths("abcd", [])
    pairs = undecided_pairs(PLAYERS, strengths, [], 9, rng())
    assert sorted(name for pair in pairs for name in (pair.first, pair.second)) == list("abcd")
    assert pairs == undecided_pairs(PLAYERS, strengths, [], 9, rng())


def test_comparisons_go_where_the_order_at_the_top_is_open():
    won = [Match(a, b, 1.0, k, k) for k in range(12) for a in "ab" for b in "cd"]
    (pair,) = undecided_pairs(PLAYERS, fit_strengths("abcd", won), [], 1, rng())
    assert {pair.first, pair.second} == {"a", "b"}


def test_where_every_order_is_decided_nothing_more_is_asked():
    won = [
        Match(a, b, 1.0, k, k) for k in range(200) for a, b in ("ab", "ac", "ad", "bc", "bd", "cd")
    ]
    assert undecided_pairs(PLAYERS, fit_strengths("abcd", won), [], 5, rng()) == ()


def test_no_two_policies_meet_twice_and_the_least_compared_are_taken_first():
    two, strengths, done = PLAYERS[:2], fit_strengths("ab", []), []
    while pairs := undecided_pairs(two, strengths, done, 5, rng()):
        done += pairs
        if len(done) == 2:
            assert len(sides(done[0]) | sides(done[1])) == 4
    assert len({frozenset(sides(pair)) for pair in done}) == len(done) == 4


def test_either_side_may_stand_first():
    draws = [np.random.default_rng(k) for k in range(40)]
    first = {
        undecided_pairs(PLAYERS[:2], fit_strengths("ab", []), [], 1, d)[0].first for d in draws
    }
    assert first == {"a", "b"}


def test_a_winner_meets_each_baseline_with_every_policy_once():
    pairs = matched_pairs(
        Player("a", (1, 2, 3)), [Player("b", (1, 2, 3)), Player("c", (1, 2))], rng()
    )
    assert [{pair.first, pair.second} for pair in pairs] == [{"a", "b"}] * 3 + [{"a", "c"}] * 2
    used = [side for pair in pairs[:3] for side in sides(pair)]
    assert len(set(used)) == 6
    assert isinstance(pairs[0], Pair)
