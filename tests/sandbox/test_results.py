"""What a reward process takes for a result, and the sentence for everything else."""

import numpy as np
import pytest

from rewardsmith.sandbox.results import Refused, same_names, split

GOOD = np.ones(3)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float32", "longdouble"])
def test_every_real_dtype_of_one_value_a_row_is_taken(dtype):
    total, components = split((np.ones(3, dtype), {"a": np.zeros(3, dtype)}), 3)
    assert total.sum() == 3
    assert list(components) == ["a"]


@pytest.mark.parametrize(
    ("number", "row"), [(0.5, 0.5), (-2, -2.0), (True, 1.0), (10**400, np.inf)]
)
def test_a_component_that_is_a_python_number_is_that_in_every_row(number, row):
    _, components = split((GOOD, {"alive": number}), 3)
    assert components["alive"].tolist() == [row] * 3


def test_squeezing_a_single_row_is_told_from_summing_over_all():
    with pytest.raises(Refused, match=r"squeeze\(\) takes the batch axis away"):
        split((np.ones(1), {"a": np.ones((1, 1)).squeeze()}), 1)


@pytest.mark.parametrize(
    ("result", "kind", "words"),
    [
        (None, "type", "is a return missing"),
        (GOOD, "type", "an array of shape (3,)"),
        ((GOOD,), "type", "a tuple of 1"),
        ((GOOD, {}, 1), "type", "a tuple of 3"),
        ([GOOD, {}], "type", "a list of 2"),
        ((GOOD, [GOOD]), "components", "must be a dict of named arrays; it is a list of 1"),
        ((1.0, {}), "shape", "the total is a single number (float)"),
        ((np.float32(1), {}), "shape", "the total is a single number (float32)"),
        ((np.ones(()), {}), "shape", "the total has shape (); one value per row"),
        ((np.ones((3, 1)), {}), "shape", "has shape (3, 1); one value per row is expected, (3,)"),
        ((np.ones(4), {}), "shape", "keep the batch axis"),
        (([1.0, 2.0, 3.0], {}), "type", "must be a NumPy array of shape (3,); it is a list of 3"),
        ((np.ones(3, complex), {}), "type", "its dtype is complex128"),
        ((np.array([None] * 3), {}), "type", "its dtype is object"),
        ((np.array(["a"] * 3), {}), "type", "its dtype is <U1"),
        ((np.zeros(3, "datetime64[s]"), {}), "type", "its dtype is datetime64[s]"),
        ((np.ma.ones(3), {}), "type", "it is a MaskedArray"),
        ((np.ones(3).view(np.recarray), {}), "type", "it is a recarray"),
        ((GOOD, {"a": np.float64(0.5)}), "shape", "component 'a' is a single number (float64)"),
        ((GOOD, {"a": "0.5"}), "type", "component 'a' must be a NumPy array"),
        ((GOOD, {"a": np.ones((3, 2))}), "shape", "component 'a' has shape (3, 2)"),
        ((GOOD, {"a": None}), "type", "component 'a' must be a NumPy array"),
        ((GOOD, {1: GOOD}), "components", "a int cannot name a component"),
        ((GOOD, {"a b": GOOD}), "components", "'a b' cannot name a component"),
        ((GOOD, {"../../etc": GOOD}), "components", "cannot name"),
        ((GOOD, {"": GOOD}), "components", "cannot name"),
        ((GOOD, {"é": GOOD}), "components", "cannot name"),
        ((GOOD, {"x" * 65: GOOD}), "components", "at most 64 characters"),
        ((GOOD, {f"c{i}": GOOD for i in range(33)}), "components", "33 components came back"),
        ((GOOD, {f"c{i}": GOOD for i in range(1000)}), "components", "at most 32"),
    ],
)
def test_what_is_no_result_is_refused_in_words(result, kind, words):
    with pytest.raises(Refused) as caught:
        split(result, 3)
    assert caught.value.kind == kind
    assert words in caught.value.message


class Sly:
    """An object that NumPy would turn into an array, or call."""

    def __array__(self, *_, **__):
        raise AssertionError("called")

    __array_function__ = __array_ufunc__ = __len__ = __float__ = __iter__ = __array__


def test_objects_that_imitate_arrays_are_refused_without_being_called():
    for result in ((Sly(), {}), (GOOD, {"a": Sly()}), Sly(), (GOOD, Sly())):
        with pytest.raises(Refused, match="Sly"):
            split(result, 3)


def test_subclasses_of_str_dict_and_tuple_are_refused():
    class Name(str):
        __slots__ = ()

        def isidentifier(self):
            return True

    class Many(dict):
        pass

    for result in ((GOOD, {Name("a b"): GOOD}), (GOOD, Many(a=GOOD))):
        with pytest.raises(Refused):
            split(result, 3)


def test_thirty_two_components_of_64_characters_are_taken():
    names = [f"c{index}".ljust(64, "_") for index in range(32)]
    assert list(split((GOOD, dict.fromkeys(names, GOOD)), 3)[1]) == names


def test_components_keep_their_names_over_calls_in_any_order():
    same_names(("a", "b"), {"b": GOOD, "a": GOOD})
    with pytest.raises(Refused, match="first a, b, now a"):
        same_names(("a", "b"), {"a": GOOD})
    with pytest.raises(Refused, match="first none, now a"):
        same_names((), {"a": GOOD})
