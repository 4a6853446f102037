import numpy as np

from rewardsmith.training.advantages import advantages


def slow(parts, discount, trace):
    """Equation 16 by its sum, for one environment and without any recursion."""
    rewards, values, terminated, ended, valid = parts
    result = np.full(len(rewards), np.nan)
    for start in range(len(rewards)):
        if not valid[start]:
            continue
        total, weight = 0.0, 1.0
        for step in range(start, len(rewards)):
            after = 0.0 if terminated[step] else values[step + 1]
            total += weight * (rewards[step] + discount * after - values[step])
            weight *= discount * trace
            if ended[step]:
                break
        result[start] = total
    return result


def test_advantages_equal_a_slow_reference_with_ends_of_both_kinds():
    rng = np.random.default_rng(1)
    members, steps, environments = 3, 40, 4
    shape = (members, steps, environments)
    ended, valid = np.zeros(shape, np.bool_), np.ones(shape, np.bool_)
    terminated = np.zeros(shape, np.bool_)
    for index in np.ndindex(members, environments):
        m, e = index
        for step in range(steps):
            if step and ended[m, step - 1, e]:
                valid[m, step, e] = False
            elif rng.random() < 0.2:
                ended[m, step, e] = True
                terminated[m, step, e] = rng.random() < 0.5
    rewards = rng.normal(size=shape) * valid
    values = rng.normal(size=(members, steps + 1, environments))
    got = advantages(rewards, values, terminated, ended, discount=0.9, trace=0.8)
    for m, e in np.ndindex(members, environments):
        parts = [part[m, :, e] for part in (rewards, values, terminated, ended, valid)]
        expected = slow(parts, 0.9, 0.8)
        use = valid[m, :, e]
        np.testing.assert_allclose(got[m, use, e], expected[use], rtol=1e-12)


def test_a_time_limit_is_worth_the_value_of_the_last_observation_and_an_end_nothing():
    # One step each: reward 1, value 2 before and 10 after; 1 + 0.5 * 10 - 2 and 1 - 2.
    rewards, values = np.ones((1, 2)), np.array([[2.0, 2.0], [10.0, 10.0]])
    terminated, ended = np.array([[False, True]]), np.array([[True, True]])
    got = advantages(rewards, values, terminated, ended, discount=0.5, trace=0.9)
    np.testing.assert_allclose(got, [[4.0, -1.0]])
