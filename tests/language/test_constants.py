"""The numbers of a reward that are parameters, written with a point or without one."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from language.fuzzing import programs
from language.skeletons import skeleton
from rewards_bank import FILES, environment_of, random_bank

from rewardsmith.critic import judge_statically
from rewardsmith.language import check_language, compile_reward, parse_reward
from rewardsmith.language.constants import find_numbers, with_numbers

quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def values(source):
    return [number.value for number in find_numbers(source)]


@pytest.mark.parametrize(
    ("source", "parameters"),
    [
        ("BONUS = 10\ny = BONUS * x\n", [10]),
        ("BONUS = 10\ny = np.where(fell, -BONUS, 0)\n", [10]),
        ("BONUS: int = 10\nscale = BONUS\ny = x / scale\n", [10]),
        ("y = 10 * x + (x - 2) / 3\n", [10, 2, 3]),
        ("y = np.where(x > 6, 3, -2) + np.where(abs(x) < 1, 5, y)\n", [6, 3, 2, 1, 5]),
        ("y = np.clip(x, -10, 3) + x.clip(0, 50) + np.maximum(x, 1)\n", [10, 3, 50, 1]),
        ("y = np.select([x > 2, x > 1], [10, 5], default=-3)\n", [2, 1, 10, 5, 3]),
        ("y = x / np.deg2rad(12) + np.array([3, -2]) * x\n", [12, 3, 2]),
        ("y = x + (5 if mode else 2)\n", [5, 2]),
        ("y = np.zeros_like(x)\ny[x > 4] -= 7\nz = y - x\n", [7]),
        ("W = {'a': 10, 'b': 2}\ny = W['a'] * a + W['b'] * b\n", [10, 2]),
        ("W = {'a': 10, 'b': 2}\ny = sum(w * t[k] for k, w in W.items())\n", [10, 2]),
        ("y = sum(w * t for w, t in zip((4, 3), terms))\n", [4, 3]),
        ("def near(x, width=2):\n    return x / width\ny = near(x) + near(x, 3)\n", [2, 3]),
        ("def near(x, *, width=2):\n    return x / width\ny = near(x, width=3)\n", [2, 3]),
    ],
)
def test_integers_that_the_reward_calculates_with_are_parameters(source, parameters):
    assert values(source) == parameters


@pytest.mark.parametrize(
    "source",
    [
        "y = x[:, 3] + x[..., 0:2].sum(axis=-1).mean(1)\n",
        "HIP = 3\ny = x[:, HIP] + np.sum(x, 1) + np.linalg.norm(x, ord=2, axis=1)\n",
        "FIRST = 2\nLAST = FIRST + 3\ny = x[:, FIRST:LAST]\n",
        "INDEX = {'hip': 1, 'knee': 4}\ny = x[:, INDEX['hip']]\n",
        "LEGS = {'back': (1, 2), 'front': (3, 4)}\nfor name, k in LEGS.items():\n    y = x[:, k]\n",
        "y = sum(x[:, k] for k in (1, 3, 5))\n",
        "def column(x, k=2):\n    return x[:, k]\ny = column(x) + column(x, 1) + column(x, k=3)\n",
        "N = 4\ny = x.reshape(-1, N, 2)\nfor k in range(N):\n    y = y + k\n",
        "N = 4\nw = [0.0] * N\nv = [0.0] * 3\n",
        "P = 2\ny = x**P + x**3 + np.power(x, 2)\ny **= 2\n",
        "n = x.shape[0] - 1\nm = len(x) * 2\n",
        "STAGE = 2\nif STAGE == 2:\n    y = x\n",
        "y = np.where(action == 1, x, z) + (x if x.ndim > 1 else z)\n",
        "y = np.where(x > z, 1, 0) + np.where(x > z, 1, -1) + np.select([x > z], [1], 0)\n",
        "y = x // 2 + (episode_step % 50) + (bits & 3) + (bits >> 1)\n",
        "y = np.round(x, 2) + np.percentile(x, 90, axis=-1) + np.roll(x, 1)\n",
        "y = x.astype('f4') + np.full(3, 2) + np.linspace(0, 1, 5) + np.diff(x, 1)\n",
        "k = 0\nfor name in names:\n    y = x[:, k]\n    k += 1\n",
        "unused = 7\nreturned = (3, 4)\n",
    ],
)
def test_integers_that_are_indices_sizes_exponents_counts_or_masks_are_none(source):
    assert values(source) == []


def test_ones_and_twos_of_arithmetic_are_parameters_as_they_are_with_a_point():
    for source in ("y = 1 - x\n", "y = 2 * x\n", "y = x / (1 + x)\n", "y = np.clip(x, -1, 1)\n"):
        pointed = source.replace("1", "1.0").replace("2", "2.0")
        assert values(source) == values(pointed) != []
    assert values("y = x ** 2\n") == values("y = x ** 2.0\n") == []
    assert values("y = 0 * x\n") == values("y = 0.0 * x\n") == []


def test_a_name_that_counts_in_one_place_counts_in_all():
    assert values("N = 4\ny = x.reshape(N, -1) / N\n") == []
    assert values("N = 4\ny = x / N\n") == [4]


def test_an_integer_is_written_back_as_a_float_or_left_alone():
    source = "BONUS = 10\ny = BONUS * (x - 2)\n"
    numbers = find_numbers(source)
    assert with_numbers(source, numbers, [10.0, 2.0]) == source
    assert with_numbers(source, numbers, [20.0, 2.7]) == "BONUS = 20.0\ny = BONUS * (x - 2.7)\n"


def pointed(source, factor=1.0):
    """The source with every parameter written as a float, times a factor."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    for number in reversed(find_numbers(source)):
        row, text = lines[number.line], repr(number.value * factor).encode()
        lines[number.line] = row[: number.start] + text + row[number.end :]
    return b"".join(lines).decode()


def rewards(source, environment):
    """Total and components on random transitions."""
    transitions = random_bank(environment, 32).transitions
    parsed = parse_reward(source)
    with np.errstate(all="ignore"):
        total, parts = compile_reward(parsed)(**{n: transitions[n] for n in parsed.parameters})
    return {**parts, "": total}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_reward_whose_parameters_are_written_as_floats_is_the_same_and_others_compute(file):
    source, environment = file.read_text(), environment_of(file.read_text())
    given = rewards(source, environment)
    same = pointed(source)
    assert judge_statically(same, environment) == []
    for name, column in rewards(same, environment).items():
        np.testing.assert_allclose(column, given[name], rtol=1e-12, atol=1e-12)
    other = pointed(source, 1.37)
    assert judge_statically(other, environment) == []
    assert set(rewards(other, environment)) == set(given)


@quick
@given(st.sampled_from(FILES), st.randoms(use_true_random=False))
def test_other_numbers_change_nothing_but_themselves(file, rng):
    source = file.read_text()
    numbers = find_numbers(source)
    changed = with_numbers(source, numbers, [n.value * rng.uniform(0.1, 10) for n in numbers])
    assert check_language(changed) == ()
    assert len(find_numbers(changed)) == len(numbers)
    assert skeleton(changed) == skeleton(source)


@quick
@given(programs())
def test_the_parameters_of_any_program_are_found_and_what_was_accepted_stays_so(source):
    numbers = find_numbers(source)
    if not check_language(source):
        again = with_numbers(source, numbers, [1.5 * number.value for number in numbers])
        assert skeleton(again) == skeleton(source)
