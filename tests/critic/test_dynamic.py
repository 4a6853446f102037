"""The dry run, in a real reward process, on random transitions of the hopper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rewards_bank import FILES, candidate, environment_named, environment_of, random_bank

from rewardsmith.bank import BankEpisode
from rewardsmith.critic import dynamic, findings, judge
from rewardsmith.errors import UsageError
from rewardsmith.sandbox import RewardOutput

HOPPER = environment_named("hopper")
BANK = random_bank(HOPPER, rows=64)
SPEED = "def compute_reward(forward_velocity, action):\n"


def reward(*lines: str) -> str:
    return SPEED + "".join(f"    {line}\n" for line in lines)


@pytest.fixture
def verdict(server):
    def judged(*lines, bank=BANK):
        return judge(candidate(reward(*lines)), HOPPER, bank, server)

    return judged


@pytest.fixture
def rejected(verdict):
    """The one reason for which a reward is rejected."""

    def judged(*lines, bank=BANK):
        found = verdict(*lines, bank=bank)
        (reason,) = [r for r in found.reasons if not r.warning]
        assert not found.passed
        return reason

    return judged


def told(found):
    """What is said of the reward itself; the bank of these tests has few episodes or none."""
    return [reason for reason in found.reasons if reason.rule != "few_episodes"]


def test_where_too_few_episodes_were_recorded_the_verdict_says_what_was_not_judged(verdict):
    bank = replace(BANK, episodes=episodes(terminated=True) * 19)
    (reason,) = verdict("return forward_velocity, {}", bank=bank).reasons
    assert (reason.rule, reason.warning) == ("few_episodes", True)
    assert reason.message.startswith("not applicable: order, alive and blindness, since 19 whole")
    bank = replace(BANK, episodes=episodes(terminated=True) * 20)
    assert verdict("return forward_velocity, {}", bank=bank).reasons == ()


def test_a_sound_reward_passes_with_its_components_signals_and_additivity(verdict):
    found = verdict(
        "speed, effort = forward_velocity, -0.5 * (action**2).sum(-1)",
        "return speed + effort, {'speed': speed, 'effort': effort}",
    )
    assert found.passed
    assert told(found) == []
    assert found.components == ("speed", "effort")
    assert found.signals == ("forward_velocity", "action")
    assert found.additive is True


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_sound_reward_passes_the_dry_run(file, server):
    source = file.read_text()
    environment = environment_of(source)
    found = judge(candidate(source), environment, random_bank(environment, rows=64), server)
    assert [str(reason) for reason in found.reasons if not reason.warning] == []


@pytest.mark.parametrize(
    ("lines", "additive"),
    [
        (["return forward_velocity, {'a': forward_velocity}"], True),
        (["return forward_velocity, {'a': 2 * forward_velocity}"], False),
        (["return forward_velocity, {'a': forward_velocity + 1e-4}"], False),
        (["return forward_velocity, {}"], False),
        (["a = forward_velocity / 3", "return a + a + a, {'a': a, 'b': 2 * a}"], True),
    ],
)
def test_whether_components_add_up_is_recorded_and_never_rejected(verdict, lines, additive):
    found = verdict(*lines)
    assert found.passed
    assert found.additive is additive


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("np.mean(forward_velocity)", "a single number"),
        ("1.0 + 0 * len(forward_velocity)", "a single number"),
        ("forward_velocity[:, None]", "drop the last axis"),
        ("forward_velocity[:, None] + forward_velocity", "an array (N, 1) met an array (N,)"),
        ("action", "axis=-1"),
        ("forward_velocity[1:]", "one value per row"),
    ],
)
def test_a_total_of_the_wrong_shape_is_rejected_with_what_to_do(rejected, total, words):
    reason = rejected(f"return {total}, {{'speed': forward_velocity}}")
    assert reason.rule == "shape"
    assert "the total" in reason.message
    assert words in reason.message


@pytest.mark.parametrize(
    ("components", "rule", "words"),
    [
        ("{'alive': np.float64(1.0)}", "shape", "component 'alive' is a single number"),
        ("{'a': action}", "shape", "component 'a' has shape (64, 3)"),
        ("{'my term': forward_velocity}", "components", "cannot name a component"),
        ("{1: forward_velocity}", "components", "cannot name a component"),
        ("{f'c{i}': forward_velocity for i in range(33)}", "components", "at most 32"),
        ("[forward_velocity]", "components", "must be a dict"),
        ("{'a': None}", "type", "None"),
        ("{'a': forward_velocity.astype('complex64')}", "dtype", "float, int, bool"),
        ("{'a': np.array(['a'] * len(action))}", "type", "real numbers"),
    ],
)
def test_components_of_the_wrong_kind_are_rejected(rejected, components, rule, words):
    reason = rejected(f"return forward_velocity, {components}")
    assert reason.rule == rule
    assert words in reason.message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("total = forward_velocity if forward_velocity > 0 else -forward_velocity", "np.where"),
        ("total = math.exp(forward_velocity)", "np.exp for math.exp"),
        ("total = float(forward_velocity)", "leave float() and int() out"),
        ("total = forward_velocity * action", "axis=-1"),
        ("total = action[..., 3]", "x[..., i] is column i"),
        ("total = forward_velocity[:, 0]", "the first axis is the batch"),
        ("total = np.sum(action, axes=-1)", "axis="),
        ("total = np.zeros(len(action), dtype=int)\n    total += forward_velocity", "x = x + "),
        ("parts = [forward_velocity]\n    parts[-1] += 1\n    total = parts[0]", "copy"),
        ("total = {'v': forward_velocity}['speed']", "KeyError: 'speed'"),
        ("if len(action) < 0:\n        total = forward_velocity", "on every path"),
    ],
)
def test_an_error_is_told_with_its_line_the_shapes_and_what_to_write(rejected, line, words):
    reason = rejected(line, "return total, {}")
    assert reason.rule == "error"
    assert reason.line in {2, 3, 4}
    assert words in reason.message
    assert "forward_velocity (N,), action (N, 3)" in reason.message


def test_nan_names_the_component_and_the_signals_of_the_row(rejected):
    bank = replace(BANK, transitions={**BANK.transitions})
    bank.transitions["forward_velocity"] = np.linspace(-1, 62, 64, dtype=np.float32)
    reason = rejected(
        "a = np.log(forward_velocity + 0.5)",
        "return forward_velocity + a, {'speed': forward_velocity, 'log_speed': a}",
        bank=bank,
    )
    assert reason.rule == "finite"
    assert "component `log_speed` is nan on 1 of 64 rows" in reason.message
    assert "forward_velocity = -1, action = [" in reason.message


def test_infinity_at_the_end_of_a_signals_range_is_found(rejected):
    bank = replace(BANK, ranges={"forward_velocity": (0.0, 10.0)})
    reason = rejected("total = 1.0 / np.abs(forward_velocity)", "return total, {}", bank=bank)
    assert reason.rule == "finite"
    assert "the total is inf" in reason.message
    assert "forward_velocity = 0" in reason.message
    assert "end of its range" in reason.message


def test_what_a_file_fills_is_empty_again_at_the_next_call(server):
    source = "CALLS = []\n" + reward(
        "[CALLS][0].append(1)", "return forward_velocity + len(CALLS), {}"
    )
    assert judge(candidate(source), HOPPER, BANK, server).passed


class Counting:
    """A real server in whose processes each call adds one to the total."""

    def __init__(self, server):
        self.server = server

    def open(self, *given, **named):
        process, calls = self.server.open(*given, **named), [0]
        answer = process.call

        def call(rows):
            calls[0] += 1
            output = answer(rows)
            return RewardOutput(output.total + calls[0], output.components)

        process.call = call
        return process


def test_what_differs_from_call_to_call_is_found(server):
    source = reward("return forward_velocity, {}")
    (reason,) = judge(candidate(source), HOPPER, BANK, Counting(server)).reasons[:1]
    assert reason.rule == "deterministic"
    assert "in a second call" in reason.message


class Moody:
    """A real server whose second process runs other code than its first."""

    def __init__(self, server):
        self.server = server
        self.opened = 0

    def open(self, source, *given, **named):
        self.opened += 1
        changed = source.replace("total = 1.0", "total = 1.5") if self.opened > 1 else source
        return self.server.open(changed, *given, **named)


def test_what_differs_from_process_to_process_is_found(server):
    source = reward("total = 1.0 * forward_velocity", "return total, {}")
    (reason,) = judge(candidate(source), HOPPER, BANK, Moody(server)).reasons[:1]
    assert reason.rule == "deterministic"
    assert "in another process" in reason.message


@pytest.mark.parametrize(
    "line",
    [
        "total = forward_velocity - np.mean(forward_velocity)",
        "total = forward_velocity / np.max(np.abs(forward_velocity))",
        "total = np.argsort(forward_velocity) * 1.0",
        "total = np.cumsum(forward_velocity)",
        "total = np.append(0.0, np.diff(forward_velocity))",
        "total = np.roll(forward_velocity, 1)",
        "total = forward_velocity * len(forward_velocity)",
        "total = forward_velocity + (1.0 if forward_velocity.shape[0] > 1 else 0.0)",
        "total = forward_velocity + np.arange(len(action))",
    ],
)
def test_a_reward_that_mixes_rows_is_rejected(rejected, line):
    reason = rejected(line, "return total, {}")
    assert reason.rule == "batch"
    assert "each row's reward must follow from its own signals" in reason.message


@pytest.mark.parametrize(
    "condition",
    ["np.all(forward_velocity > {low})", "np.any(forward_velocity >= {high})", "ended.all()"],
)
def test_what_asks_all_rows_at_once_is_found_even_where_one_row_alone_answers_otherwise(
    server, condition
):
    speed = BANK.transitions["forward_velocity"]
    ended = np.arange(len(speed)) == 7  # one row of 64
    bank = replace(BANK, transitions={**BANK.transitions, "terminated": ended})
    asked = condition.format(low=float(speed.min()), high=float(speed.max()))
    source = (
        "def compute_reward(forward_velocity, terminated):\n"
        "    ended = terminated\n"
        f"    return forward_velocity + (1.0 if {asked} else 0.0), {{}}\n"
    )
    (reason,) = [r for r in judge(candidate(source), HOPPER, bank, server).reasons if not r.warning]
    assert reason.rule == "batch"


def test_a_component_that_is_a_plain_number_is_that_in_every_row(verdict):
    found = verdict("return forward_velocity + 1.0, {'speed': forward_velocity, 'alive': 1.0}")
    assert found.passed
    assert found.additive


def test_a_component_alone_that_mixes_rows_is_named(rejected):
    reason = rejected(
        "a = forward_velocity - forward_velocity.mean()",
        "return forward_velocity, {'speed': forward_velocity, 'centred': a}",
    )
    assert reason.rule == "batch"
    assert "component `centred`" in reason.message


def test_a_failure_on_single_rows_only_is_told_as_such(rejected):
    reason = rejected("total = forward_velocity + 0 * np.ptp(action[1])", "return total, {}")
    assert reason.rule == "error"
    assert reason.message.startswith("when it is called on other rows: ")


def test_a_difference_in_the_last_bits_is_no_fault(verdict):
    weights = "w = np.linspace(0, 1, 3)"
    assert verdict(weights, "total = action @ w + forward_velocity", "return total, {}").passed


def test_a_very_large_total_is_a_warning(verdict):
    found = verdict("total = 1e5 * forward_velocity", "return total, {'speed': total}")
    assert found.passed
    assert [reason.rule for reason in told(found)] == ["scale"]


def test_a_component_that_drowns_the_others_is_a_warning(verdict):
    found = verdict(
        "a, b = 338.0 * forward_velocity, 0.1 * action[:, 0]",
        "return a + b, {'a': a, 'b': b}",
    )
    assert found.passed
    (reason,) = told(found)
    assert reason.rule == "dominant"
    assert "component `a` has 100%" in reason.message


def episodes(*, terminated):
    signals = {"forward_velocity": np.zeros(3, np.float32)}
    return (BankEpisode(signals, 1.0, terminated=terminated),)


@pytest.mark.parametrize(
    ("recorded", "passed", "rules"),
    [
        (episodes(terminated=True), True, []),
        (episodes(terminated=False), False, ["constant"]),
        ((), True, ["constant"]),
    ],
)
def test_a_constant_total_is_a_fault_only_where_no_episode_ends_early(
    verdict, recorded, passed, rules
):
    bank = replace(BANK, episodes=recorded)
    found = verdict("return np.ones_like(forward_velocity), {}", bank=bank)
    assert found.passed is passed
    assert [reason.rule for reason in told(found)] == rules


def test_a_total_of_zeros_is_told_even_where_episodes_end_early(verdict):
    bank = replace(BANK, episodes=episodes(terminated=True))
    found = verdict("return 0.0 * forward_velocity, {}", bank=bank)
    (reason,) = told(found)
    assert (reason.rule, reason.warning) == ("constant", True)
    assert "the total is 0 on every recorded row" in reason.message


def test_a_call_that_takes_long_is_a_warning_with_its_time(verdict, monkeypatch):
    monkeypatch.setattr(dynamic, "_timed", lambda process, rows: (process.call(rows), 0.0512))
    (reason,) = told(verdict("return forward_velocity, {}"))
    assert (reason.rule, reason.warning) == ("slow", True)
    assert reason.message.startswith("a call on 64 rows takes 51 ms; compute on whole arrays")


def test_too_much_memory_is_told(rejected):
    line = "n = len(action) * 100_000"
    reason = rejected(line, "return forward_velocity + np.zeros((n, 100)).sum(), {}")
    assert reason.rule in {"memory", "error"}
    assert "(N, N)" in reason.message


def test_static_faults_end_the_judgement_before_any_process_starts():
    found = judge(candidate("import os\n" + reward("return action, {}")), HOPPER, BANK, None)
    assert not found.passed
    assert found.signals == ("forward_velocity", "action")
    assert found.components == ()


def test_a_bank_of_another_environment_is_the_users_mistake(server):
    bank = replace(BANK, transitions={"position": np.zeros(4, np.float32)})
    with pytest.raises(UsageError, match="another environment"):
        judge(candidate(reward("return forward_velocity, {}")), HOPPER, bank, server)


def test_infinite_components_raise_no_warning():
    # pytest turns a RuntimeWarning of NumPy into an error
    huge = np.array([np.inf, -np.inf, 1e308])
    output = RewardOutput(total=np.zeros(3), components={"up": huge, "down": -huge})
    assert not findings.is_additive(output)
    assert findings.differs(output, output) == "component `up`"
    assert list(findings.scale_findings(output)) == []
