import math
import typing

import hypothesis
import pytest
from hypothesis import strategies as st

from rewardsmith import config
from rewardsmith.config import Budget, Config, load_config, require_sound, with_flags
from rewardsmith.errors import UsageError


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """A working folder and a user file of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config, "user_file", lambda: tmp_path / "user.toml")
    return tmp_path


def test_without_anything_every_setting_is_its_default():
    settings, origins = load_config(environ={})
    assert settings == Config()
    assert set(origins.values()) == {"default"}


def test_the_nearer_place_wins_and_its_name_is_kept(own_folders):
    (own_folders / "user.toml").write_text("generations = 1\ncandidates = 1\nseeds = 1\nseed = 1\n")
    (own_folders / "rewardsmith.toml").write_text("candidates = 2\nseeds = 2\nseed = 2\n")
    environ = {"REWARDSMITH_SEEDS": "3", "REWARDSMITH_SEED": "3"}
    settings, origins = load_config({"seed": 4, "model": None}, environ=environ)
    found = (settings.generations, settings.candidates, settings.seeds, settings.seed)
    assert found == (1, 2, 3, 4)
    assert origins["generations"].endswith("user.toml")
    assert origins["candidates"] == "rewardsmith.toml"
    assert origins["seeds"] == "environment variable"
    assert origins["seed"] == "command line"
    assert origins["model"] == "default"


def test_limits_and_hyper_parameters_of_several_places_are_joined(own_folders):
    (own_folders / "rewardsmith.toml").write_text(
        "[budget]\ntokens = 5\nprice = 1.5\n[settings]\nlearning_rate = 0.1\n"
    )
    flags = {"budget": {"tokens": 7}, "settings": {"epochs": 2}}
    settings, _ = load_config(flags, environ={"REWARDSMITH_BUDGET_SECONDS": "60"})
    assert settings.budget == Budget(seconds=60.0, tokens=7, price=1.5)
    assert settings.settings == {"learning_rate": 0.1, "epochs": 2}


def test_an_unknown_key_is_an_error_with_the_nearest_one(own_folders):
    (own_folders / "rewardsmith.toml").write_text("generation = 2\n")
    with pytest.raises(UsageError, match=r"rewardsmith.toml: .*did you mean generations"):
        load_config(environ={})


def test_an_unknown_limit_is_an_error_too():
    with pytest.raises(UsageError, match="did you mean tokens"):
        load_config({"budget": {"token": 2}}, environ={})


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"generations": 0}, "generations"),
        ({"temperature": 3.0}, "temperature"),
        ({"seeds": "many"}, "seeds"),
        ({"budget": {"price": "cheap"}}, "budget"),
    ],
)
def test_a_value_out_of_range_names_the_setting_and_its_place(flags, said):
    with pytest.raises(UsageError, match=f"command line: setting {said}"):
        load_config(flags, environ={})


def test_broken_toml_names_the_file(own_folders):
    (own_folders / "rewardsmith.toml").write_text("generations = = 2\n")
    with pytest.raises(UsageError, match=r"rewardsmith\.toml is no valid TOML"):
        load_config(environ={})


def test_every_setting_has_a_sentence_of_help():
    assert all(config.descriptions().values())
    assert set(config.descriptions()) == set(Config.__struct_fields__)


def test_the_proposer_is_the_model_where_there_is_one_and_else_the_composer():
    assert Config().chosen_proposer == "composer"
    assert Config(model="openai/x").chosen_proposer == "llm"
    assert Config(model="openai/x", proposer="manual").chosen_proposer == "manual"


NUMBERS = {
    name: hint
    for kind in (Config, Budget)
    for name, hint in typing.get_type_hints(kind).items()
    if {int, float} & {hint, *typing.get_args(hint)}
}
ZERO_IS_SOUND = {
    *("seed", "temperature", "price_in", "price_out", "repairs", "crossover", "explore"),
    *("elites", "elite_seeds", "plateau", "plateau_stop", "retune", "undecided"),
    "human_comparisons",
}


def given(name, value):
    return {"budget": {name: value}} if name in Budget.__struct_fields__ else {name: value}


def test_every_number_is_bounded():
    assert len(NUMBERS) >= 22
    assert NUMBERS.keys() >= ZERO_IS_SOUND


@pytest.mark.parametrize("name", NUMBERS)
@hypothesis.given(
    value=st.one_of(
        st.integers(max_value=-1),
        st.floats(max_value=-1e-9),
        st.sampled_from([math.nan, math.inf, 10**30, 1e30]),
    )
)
@hypothesis.settings(
    max_examples=30, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
def test_no_number_is_negative_infinite_or_beyond_reason(name, value):
    with pytest.raises(
        UsageError, match=rf"setting (budget\.)?{name} = .* is not usable: expected"
    ):
        load_config(given(name, value), environ={})


@pytest.mark.parametrize("name", NUMBERS)
def test_zero_is_refused_where_it_means_nothing(name):
    if name in ZERO_IS_SOUND:
        load_config(given(name, 0), environ={})
    else:
        with pytest.raises(UsageError, match=f"{name} = 0 is not usable"):
            load_config(given(name, 0), environ={})


def test_settings_made_in_code_are_checked_too():
    require_sound(Config(budget=Budget(seconds=1.0), start=("a.py",), settings={"epochs": 2}))
    with pytest.raises(UsageError, match="steps = -3 is not usable: expected int >= 1"):
        require_sound(Config(steps=-3))


def test_a_new_limit_leaves_the_others_in_force():
    config = Config(steps=5, budget=Budget(seconds=5.0, tokens=100))
    changed = with_flags(config, {"budget": {"seconds": 60.0}, "hang_seconds": 2.0})
    assert changed == Config(steps=5, budget=Budget(seconds=60.0, tokens=100), hang_seconds=2.0)
    with pytest.raises(UsageError, match=r"budget.tokens = -1 is not usable"):
        with_flags(config, {"budget": {"tokens": -1}})
