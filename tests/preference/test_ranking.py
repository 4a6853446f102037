import numpy as np
import pytest

from rewardsmith.errors import UsageError
from rewardsmith.preference import compare_by_rank, factor_values, parse_rank, preferred_pairs

SHAPES = {"speed": (), "height": (), "offset": (2,)}
EVENTS = {"fell": lambda s: s.height < 0.2}


def parse(text):
    return parse_rank(text, SHAPES, EVENTS)


def episode(speed, height):
    steps = len(speed)
    return {
        "speed": np.array(speed),
        "height": np.array(height),
        "offset": np.tile([3.0, -4.0], (steps, 1)),
        "action": np.full((steps, 1), -0.5),
        "episode_step": np.arange(steps),
        "terminated": np.arange(steps) == steps - 1,
    }


def test_factors_are_means_over_the_episodes_of_what_was_named():
    factors = parse("-fell > last(speed) > sum(speed) > offset[1] > abs(offset) > length > action")
    episodes = [episode([1.0, 2.0], [1.0, 0.1]), episode([3.0, 4.0, 5.0], [1.0, 1.0, 1.0])]
    # by hand: one of two fell; (2 + 5) / 2; (3 + 12) / 2; -4; (3 + 4) / 2; (2 + 3) / 2; 0.5
    assert factor_values(factors, episodes, EVENTS) == (0.5, 3.5, 7.5, -4.0, 3.5, 2.5, 0.5)
    assert [factor.less for factor in factors] == [True] + [False] * 6


def test_the_first_factor_in_which_two_differ_decides():
    factors = parse("-fell > speed ~ 0.5 > -length")
    spreads = (0.5, 1.0, 100.0)
    assert compare_by_rank(factors, (0.0, 1.0, 9), (1.0, 9.0, 1), spreads)[0] == 1.0
    assert compare_by_rank(factors, (0.0, 1.0, 9), (0.0, 2.0, 9), spreads)[0] == 0.0
    assert compare_by_rank(factors, (0.0, 1.0, 90), (0.0, 1.5, 70), spreads) == (
        0.0,
        "-length: 70 against 90",
    )


def test_differences_within_a_tenth_of_the_spread_are_none():
    factors = parse("speed")
    assert compare_by_rank(factors, (1.0,), (1.09,), (1.0,)) == (0.5, "alike in every factor")
    assert compare_by_rank(factors, (1.0,), (1.11,), (1.0,))[0] == 0.0


def test_scaling_a_factor_changes_nothing():
    """HERON's point: no weight has to be found between factors of different scale."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 2))
    factors = parse("speed > height")

    def order(scale):
        scaled = values * scale
        spreads = np.std(scaled, axis=0).tolist()
        return [
            compare_by_rank(factors, one, two, spreads)[0]
            for one, two in zip(scaled[:20].tolist(), scaled[20:].tolist(), strict=True)
        ]

    assert order((1.0, 1.0)) == order((1e3, 1e-3)) == order((1e-3, 1e3))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sped > height", "did you mean speed"),
        ("speed >", "'' is no factor"),
        ("median(speed)", "unknown aggregate 'median'"),
        ("offset", "offset has 2 numbers"),
        ("offset[2]", "offset has no number 2"),
        ("fell[0]", "fell has no number 0"),
        ("speed ~ -1", "-1 in 'speed ~ -1' is no tolerance"),
        ("2 * speed", "is no factor"),
    ],
)
def test_a_wrong_factor_is_named_with_what_to_do(text, says):
    with pytest.raises(UsageError, match="--rank") as error:
        parse(text)
    assert says in str(error.value)


def test_a_factor_that_was_not_recorded_is_told():
    factors = parse("speed")
    rows = episode([1.0], [1.0])
    del rows["speed"]
    with pytest.raises(UsageError, match="speed was not recorded"):
        factor_values(factors, [rows], EVENTS)


def test_single_episodes_are_compared_each_with_each():
    factors = parse("-fell > speed ~ 0.5")
    episodes = [
        episode([3.0, 3.0], [1.0, 0.1]),
        episode([1.0, 1.0], [1.0, 1.0]),
        episode([1.4, 1.4], [1.0, 1.0]),
        episode([2.0, 2.0], [1.0, 1.0]),
    ]
    # the first fell; 1 and 1.4 are alike within 0.5, as are no others: 2 - 1.4 = 0.6
    expected = [[0.5, 0, 0, 0], [1, 0.5, 0.5, 0], [1, 0.5, 0.5, 0], [1, 1, 1, 0.5]]
    assert preferred_pairs(factors, episodes, EVENTS).tolist() == expected
