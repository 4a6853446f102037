"""What simple policies are paid as well is no merit of the trained one."""

import numpy as np
import pytest

from rewardsmith.analyzer.agreement import Agreement, Base, base_from


def base(column):
    columns = {"": column, "alive": column}
    return base_from([10] * 40, list(range(40)), np.zeros(0), columns)


@pytest.mark.parametrize(
    ("column", "anyway"),
    [
        (np.where(np.arange(400) % 10 == 9, 0.0, 5.0), True),  # lost with the last step of ten
        (np.full(400, 5.0), True),
        (np.where(np.arange(400) % 2 == 1, 0.0, 5.0), False),  # on half of the steps only
        (np.linspace(0.0, 5.0, 400), False),
    ],
)
def test_an_income_of_five_is_had_anyway_where_simple_policies_have_most_of_it(column, anyway):
    assert base(column).paid_anyway("alive", 5.0, 0.1) is anyway


def test_a_little_variation_about_less_than_the_income_is_still_a_constant():
    """A spread of 0.3 is less than a tenth of 5."""
    wavering = 4.0 + 0.3 * np.resize([1.0, -1.0], 400)
    assert base(wavering).paid_anyway("alive", 5.0, 0.1)


def test_by_step_counts_what_goes_together_within_episodes_not_what_differs_between_them():
    """The fitter an episode, the less it is paid; in each more is paid where more is won."""
    worth = np.arange(20)
    steps = np.concatenate([np.arange(10.0) + 10 * k for k in worth])
    paid = np.concatenate([np.arange(10.0) - 10 * k for k in worth])
    total = base_from([10] * 20, list(range(20)), steps, {"": paid}).total
    assert total.steps == pytest.approx(1.0)
    assert total.episodes == pytest.approx(-1.0)
    assert total.order == 0.0


@pytest.mark.parametrize(
    ("order", "steps", "backwards"),
    [
        (0.2, None, True),
        (0.35, -0.5, True),
        (0.35, -0.1, False),
        (0.45, -0.9, False),
        (None, -0.9, False),
    ],
)
def test_a_reward_asks_for_the_opposite_by_order_or_nearly_and_by_steps(order, steps, backwards):
    assert Base(Agreement(steps=steps, order=order)).backwards == backwards
