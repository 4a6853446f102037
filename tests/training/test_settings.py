import pytest

from rewardsmith.errors import UsageError
from rewardsmith.training.settings import PpoSettings, resolve_settings


def test_later_layers_override_earlier_ones_and_those_the_defaults():
    settings = resolve_settings({"epochs": 3, "clip": 0.1}, {"epochs": 4})
    assert (settings.epochs, settings.clip) == (4, 0.1)
    assert settings.discount == PpoSettings().discount


def test_an_unknown_setting_proposes_the_nearest():
    with pytest.raises(UsageError, match="'epoch'; did you mean epochs"):
        resolve_settings({"epoch": 3})


@pytest.mark.parametrize(
    ("name", "value"),
    [("discount", 1.5), ("epochs", 0), ("epochs", "many"), ("hidden", []), ("minibatch", 100)],
)
def test_a_value_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(UsageError, match=name):
        resolve_settings({name: value})


def test_a_minibatch_must_divide_the_block():
    with pytest.raises(UsageError, match="divides environments x rollout = 80"):
        resolve_settings({"environments": 8, "rollout": 10, "minibatch": 32})


def test_lists_from_json_become_tuples():
    assert resolve_settings({"hidden": [32, 16]}).hidden == (32, 16)
