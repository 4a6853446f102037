"""Leaks: no prompt holds the fitness's code or the human reward, wherever somebody put them."""

import sys

import msgspec
import pytest
import searches
from llm_server import FakeLlm
from proposers.proposal_requests import SIGNALS, request

from rewardsmith import evolve, load_environment, open_run
from rewardsmith.environments import environment_from_specification, environment_names
from rewardsmith.errors import PromptLeak
from rewardsmith.leaks import find_leaks, require_notes, secrets_of
from rewardsmith.own_code import OwnCode
from rewardsmith.proposers import ActionRow, ParentView
from rewardsmith.proposers.prompts import messages_for
from rewardsmith.records import Candidate, Feedback, Reason
from rewardsmith.search import Hooks

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
NEAR = """
def _near(s):
    error = s.cart_position
    return np.exp(-((error / 0.5) ** 2))


"""
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


def rail_with(task, before=""):
    source = FILE.replace("\n_PLACE", f"\n{before}\n_PLACE").partition("    tasks=(")[0]
    source += f"    tasks=({task},),\n)\n"
    return environment_from_specification({"name": "rail", "source": source, "path": "rail.py"})


PARKED = "lambda s: np.abs(s.cart_position - 0.8125) < 0.05"
"""A fitness, as text."""


@pytest.mark.parametrize(
    ("task", "before"),
    [
        (f'Task("park", "Park.", {PARKED})', ""),
        (
            f'Called("park", "Park.", fitness={PARKED})',
            "from rewardsmith.environments import Task as Called",
        ),
        (
            'Called("park", "Park.", parked)',
            f"from rewardsmith.environments import Task as Called\nparked = {PARKED}",
        ),
        (f'known.Task("park", "Park.", {PARKED})', "import rewardsmith.environments as known"),
        ('Task("park", "Park.", **given)', f"given = dict(fitness={PARKED})"),
        ('Task("park", "Park.", **given)', f'given = {{"fitness": {PARKED}}}'),
        (f'made("park", {PARKED})', 'def made(n, f):\n    return Task(n, "Park.", fitness=f)'),
        ('Task("park", "Park.", Near.park)', f"class Near:\n    park = staticmethod({PARKED})"),
        (
            'Task("park", "Park.", fitness=lambda s: np.abs(s.cart_position - WHERE) < WIDTH)',
            "WHERE, WIDTH = 0.8125, 0.05",
        ),
    ],
)
def test_a_fitness_is_a_secret_however_it_is_handed_over(task, before):
    secrets = secrets_of(rail_with(task, before))
    assert find_leaks("pay where abs(cart_position - 0.8125) < 0.05", secrets)
    assert secrets.numbers == (0.8125,)


def test_what_signals_and_events_are_made_of_is_no_secret():
    before = (
        "def seen(name, read):\n    return Signal(name, 'm', 'seen', read)\n\n"
        "PLACE = seen('place', lambda t: t.next_obs[..., 0] * 0.8125)\n\n"
        "def has_left(s):\n    return np.abs(s.cart_position) > 2.0\n"
    )
    task = (
        'Task("stay", "Stay.", fitness=lambda s: ~has_left(s), '
        'events={"has_left": has_left, "is_far": lambda s: s.cart_position > 1.8125})'
    )
    secrets = secrets_of(rail_with(task, before))
    assert secrets.numbers == ()
    assert secrets.names == ("simulator_reward",)
    assert find_leaks("has_left in 3 of 4: next_obs[..., 0] * 0.8125", secrets) == ()
    assert find_leaks("where np.abs(cart_position) > 2.0", secrets)


HELPERS = """
from functools import partial
import numpy as np

WHERE, WIDTH = 0.8125, 0.05
LEFT = 4.6875


def distance_from(s, place=WHERE):
    return np.abs(s.cart_position - place)


def parked(s):
    return distance_from(s) < WIDTH


def made(place):
    def parked_there(s):
        return distance_from(s, place) < WIDTH
    return parked_there


by_name = {"parked": lambda s: np.abs(s.cart_position - WHERE) < WIDTH}
bound = partial(parked)


def seen(t):
    return t.next_obs[..., 0] * 0.3125


def unrelated(rows):
    return sorted(rows, key=lambda row: row.first_of_all - LEFT)
"""


@pytest.fixture
def neighbours(tmp_path, monkeypatch):
    """Writes modules that environment files can import, until the test ends."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(**sources):
        for name, source in sources.items():
            path = tmp_path.joinpath(*name.split("__")).with_suffix(".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
            monkeypatch.delitem(sys.modules, name.replace("__", "."), raising=False)

    before = set(sys.modules)
    yield write
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.mark.parametrize(
    ("fitness", "before"),
    [
        ("parked", "from rail_help import parked"),
        ("told", "from rail_help import parked as told"),
        ("rail_help.parked", "import rail_help"),
        ("lambda s: h.distance_from(s) < h.WIDTH", "import rail_help as h"),
        ("lambda s: parked(s) * 2.0", "from rail_help import *"),
        ("made(0.8125)", "from rail_help import made"),
        ("bound", "from rail_help import bound"),
        ("by_name['parked']", "from rail_help import by_name"),
        ("getattr(importlib.import_module('rail_help'), 'parked')", "import importlib"),
        ("parked", "from rail_told.again import parked"),
        ("rail_told.again.parked", "import rail_told.again"),
        ("again.parked", "from rail_told import again"),
    ],
)
def test_a_fitness_from_a_file_beside_the_environments_is_a_secret(neighbours, fitness, before):
    neighbours(rail_help=HELPERS, rail_told__again="from rail_help import parked\n")
    secrets = secrets_of(rail_with(f'Task("park", "Park.", fitness={fitness})', before))
    assert find_leaks("pay where np.abs(cart_position - 0.8125) < 0.05", secrets) or find_leaks(
        "pay where distance_from(s) is small", secrets
    )
    assert secrets.numbers == (0.8125,)


def test_a_task_that_another_file_declares_has_its_secrets_there(neighbours):
    neighbours(
        rail_help=HELPERS,
        rail_tasks="from rewardsmith import Task\nimport rail_help as h\n"
        'TASK = Task("park", "Park.", fitness=lambda s: h.distance_from(s, 1.5625) < h.WIDTH)\n',
    )
    secrets = secrets_of(rail_with("TASK", "from rail_tasks import TASK"))
    assert secrets.numbers == (0.8125, 1.5625)
    assert find_leaks("pay for h.distance_from(s, 1.5625) < 0.05", secrets)


def test_what_the_fitness_does_not_use_of_another_file_is_no_secret(neighbours):
    neighbours(rail_help=HELPERS)
    task = 'Task("park", "Park.", fitness=lambda s: h.parked(s) & (h.seen(s) > 0.0))'
    source = "import rail_help as h\nfrom rewardsmith import stats\n"
    source += "PLACE = Signal('place', 'm', 'the place', h.seen)"
    secrets = secrets_of(rail_with(task, source))
    assert set(secrets.names) == {"distance_from", "simulator_reward"}
    assert find_leaks("unrelated, LEFT, next_obs[..., 0] * 0.3125, seen at 4.6875", secrets) == ()
    assert secrets.numbers == (0.8125,)


def test_what_is_installed_is_nobodys_secret():
    before = "import msgspec.structs, json, numpy.linalg\nfrom rewardsmith.stats import spearman"
    task = 'Task("park", "Park.", fitness=lambda s: np.asarray(json.loads(str(spearman))))'
    code = OwnCode(rail_with(task, before).specification["source"])
    assert [module.name for module in code.modules()] == [""]
    assert code.module("numpy") is None
    assert code.module("torch.nn") is None  # found, not imported


def test_the_simulators_own_limits_are_no_leak_where_the_fitness_has_the_same_numbers():
    action = ActionRow(shape=(1,), low=(-1.0375,), high=(1.0375,))
    assert asked(action=action, time_limit=1037)
    secrets = msgspec.structs.replace(SECRETS, numbers=(128.0, 1.0375))
    assert messages_for(request(secrets=secrets, action=action, time_limit=128))
    with pytest.raises(PromptLeak):
        messages_for(request(secrets=secrets, notes=("until 128",)))


def test_what_candidates_call_their_components_is_no_leak():
    history = ("g00-c01 (initial): _bonus, speed: 3.1 [2.8, 3.4] over 3 seeds",)
    assert asked(history=history)
    with pytest.raises(PromptLeak):
        asked(history=history, notes=("not at _PLACE",))


def test_what_a_reader_of_the_code_suggests_is_no_leak_and_what_the_critic_says_would_be():
    words = "write -0.125 * cart_position ** 2 in place of it"
    repaired = {"operator": "repair", "source": "def compute_reward(a):\n    return a, {}\n"}
    assert asked(**repaired, reasons=(Reason(rule="review", message=words),))
    with pytest.raises(PromptLeak):
        asked(**repaired, reasons=(Reason(rule="order", message=words),))


def test_a_fitness_that_is_written_like_the_contracts_example_is_no_leak_there(
    tmp_path, monkeypatch
):
    alike = FILE.replace("_PLACE) < 0.05) * 1.0", "_PLACE)) - 0.1 * _near(s)")
    alike = alike.replace("environment =", NEAR + "environment =")
    secrets = secrets_of(environment_from_specification({"name": "n", "source": alike}))
    assert messages_for(request(secrets=secrets))
    (tmp_path / "prompts").mkdir()
    own = tmp_path / "prompts" / "system.md.j2"
    own.write_text("Write a reward. The score is 0.125 * cart_position ** 2.")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PromptLeak):
        messages_for(request(secrets=secrets))


def test_a_note_that_tells_the_fitness_is_refused_with_what_to_do():
    require_notes({"*": "park it more gently, at about 1.04 m"}, SECRETS)
    with pytest.raises(PromptLeak, match=r"note on g00-c01 tells .* \(1.0375\).*resume"):
        require_notes({"g00-c01": "park it at 1.0375 m"}, SECRETS)


def test_a_note_that_is_refused_is_kept_nowhere_and_asked_for_again(tmp_path):
    notes = iter(["lean by 0.1234 rad", "lean a little"])

    def ask(archive, generation):
        return Feedback(generation=generation, notes={"*": next(notes)}, stop=True)

    environment = load_environment("cartpole", fitness="abs(pole_angle - 0.1234) < 0.05")
    with FakeLlm(searches.REPLIES[0]) as server:
        config = searches.tiny(
            model="openai/fake", api_base=server.url, human=True, repairs=0, candidates=1
        )
        with pytest.raises(PromptLeak, match="note on all tells"):
            list(evolve(environment, config, run=tmp_path / "run", hooks=Hooks(ask=ask)))
        assert open_run(tmp_path / "run").archive.feedback == ()
        list(evolve(environment, config, run=tmp_path / "run", hooks=Hooks(ask=ask)))
    assert open_run(tmp_path / "run").archive.feedback[0].notes == {"*": "lean a little"}


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
