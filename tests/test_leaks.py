"""Leaks: no prompt holds the fitness's code or the human reward, wherever somebody put them."""

import msgspec
import pytest
from proposers.proposal_requests import SIGNALS, request

from rewardsmith import load_environment
from rewardsmith.environments import environment_from_specification, environment_names
from rewardsmith.errors import PromptLeak
from rewardsmith.leaks import find_leaks, secrets_of
from rewardsmith.proposers import ParentView
from rewardsmith.proposers.prompts import messages_for
from rewardsmith.records import Candidate

FILE = '''
"""A cart on a rail."""
import numpy as np
from rewardsmith.environments import Environment, Signal, Task

_PLACE = 1.0375
_RAIL = 2.4


def _position(t):
    return t.next_obs[..., 0] / _RAIL


def _bonus(s):
    return np.where(s.cart_position > _PLACE, 3.25, 0.0)


environment = Environment(
    backends={"gymnasium": "CartPole-v1"},
    signals=(Signal("cart_position", "m", "position of the cart", _position),),
    tasks=(
        Task(
            "park",
            "Park the cart.",
            fitness=lambda s: (np.abs(s.cart_position - _PLACE) < 0.05) * 1.0,
            human_reward=lambda s: _bonus(s) - 0.125 * s.cart_position**2,
        ),
    ),
)
'''
ENVIRONMENT = environment_from_specification({"name": "rail", "source": FILE, "path": "rail.py"})
SECRETS = secrets_of(ENVIRONMENT)


def asked(**changes):
    return messages_for(request(secrets=SECRETS, **changes))


@pytest.mark.parametrize(
    "planted",
    [
        "np.abs(s.cart_position - _PLACE) < 0.05",
        "abs is np.abs( cart_position - 1.0375 )<0.05, they say",
        "look at `_bonus`",
        "np.where(cart_position > 1.0375, 3.25, 0.0)",
        "reward: 0.125*cart_position ** 2 and more",
        "t.simulator_reward",
        "it stands at 1.0375 m",
    ],
)
@pytest.mark.parametrize("place", ["words", "description", "notes", "signals"])
def test_what_is_planted_in_a_prompt_is_found_before_it_is_sent(planted, place):
    row = msgspec.structs.replace(SIGNALS[0], sentence=planted)
    there = {"notes": (planted,), "signals": (row,)}
    with pytest.raises(PromptLeak, match="fitness or human reward"):
        asked(**{place: there.get(place, planted)})


def parent(source, diagnosis=""):
    candidate = Candidate(
        id="g00-c00", source=source, operator="initial", generation=0, index=0, thought=""
    )
    return ParentView(candidate=candidate, score="1", diagnosis=diagnosis)


def test_a_leak_into_the_numbers_or_the_reasons_is_found_as_well():
    view = parent("def compute_reward(a):\n    return a, {}\n", "np.abs(cart_position - _PLACE)")
    with pytest.raises(PromptLeak):
        asked(operator="mutate", parents=(view,))


def test_what_the_model_wrote_itself_and_what_was_measured_is_no_leak():
    own = "def compute_reward(cart_position):\n    x = 0.125 * cart_position**2\n"
    view = parent(own, "mean 1.0375 at step 3; 0.125 * cart_position**2 drowns")
    assert asked(operator="mutate", parents=(view,))


def test_what_a_signal_uses_too_is_public():
    assert "_RAIL" not in SECRETS.names
    assert "_position" not in SECRETS.names
    assert {"_PLACE", "_bonus", "simulator_reward"} <= set(SECRETS.names)
    assert SECRETS.numbers == (0.125, 1.0375, 3.25)


def test_a_typed_fitness_is_a_secret():
    environment = load_environment("cartpole", fitness="(abs(pole_angle) < 0.0731) * 1.0")
    secrets = secrets_of(environment)
    assert find_leaks("pay for abs(pole_angle)<0.0731 only", secrets)
    assert 0.0731 in secrets.numbers


@pytest.mark.parametrize("name", environment_names())
def test_no_bundled_environment_tells_its_own_secrets(name):
    environment = load_environment(name)
    secrets = secrets_of(environment)
    public = [environment.description, *(task.words for task in environment.tasks)]
    public += [signal.description for signal in environment.signals]
    assert secrets.expressions
    assert find_leaks("\n".join(public), secrets) == ()
