"""Loading and calling rewards."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith.errors import RewardFailed, RewardInvalid, UsageError
from rewardsmith.reward import constants, load_reward, reward_text

SOURCE = '''"""Run forward."""

import numpy as np

REWARD_SCALE = 2.5
WEIGHTS = (1.0, 0.5)


def compute_reward(forward_velocity, action):
    """Run, spend little."""
    speed = WEIGHTS[0] * forward_velocity
    effort = -WEIGHTS[1] * np.sum(action**2, axis=-1)
    return speed + effort, {"speed": speed, "effort": effort}
'''
VELOCITY = np.array([1.0, 2.0], dtype=np.float32)
ACTION = np.array([[1.0, 0.0], [1.0, 2.0]], dtype=np.float32)


def test_a_reward_from_a_file_gives_total_and_components(tmp_path):
    path = tmp_path / "best.py"
    path.write_text(SOURCE)
    for given in (path, str(path), SOURCE):
        reward = load_reward(given)
        total, components = reward(forward_velocity=VELOCITY, action=ACTION, unused=ACTION)
        # 1 - 0.5 * 1 and 2 - 0.5 * 5.
        assert total.tolist() == [0.5, -0.5]
        assert components["effort"].tolist() == [-0.5, -2.5]
        assert total.dtype == np.float64
        assert reward.parameters == ("forward_velocity", "action")


def test_numbers_in_the_signature_and_as_components_are_what_they_say():
    reward = load_reward(
        "def compute_reward(speed, target=2.0, **_):\n"
        "    near = -np.abs(speed - target)\n"
        "    return near + 1, {'near': near, 'alive': 1, 'total': 0.5}\n"
    )
    assert reward.parameters == ("speed",)
    total, components = reward(speed=np.array([2.0, 3.0]), target=np.zeros(2))
    assert total.tolist() == [1.0, 0.0]
    assert components["alive"].tolist() == [1.0, 1.0]
    assert components["total"].tolist() == [0.5, 0.5]


def test_a_loaded_reward_can_neither_change_nor_hand_out_what_it_is_given():
    given = np.ones(2)
    sly = load_reward(
        "def compute_reward(x):\n    a = min([x], key=len)\n    a += 1.0\n    return a, {}\n"
    )
    with pytest.raises(RewardFailed, match="read-only"):
        sly(x=given)
    total, components = load_reward("def compute_reward(x):\n    return x, {'x': x}\n")(x=given)
    total += 1.0
    components["x"] += 1.0
    assert given.tolist() == [1.0, 1.0]


def test_the_header_holds_the_modules_constants():
    reward = load_reward(SOURCE)
    assert reward.header == {"REWARD_SCALE": 2.5, "WEIGHTS": (1.0, 0.5)}
    assert reward.scale == 2.5
    assert constants("A_B: int = 3\nc = 4\nD = x + 1\nE = F = 'e'") == {
        "A_B": 3,
        "E": "e",
        "F": "e",
    }


def test_the_hash_ignores_comments_and_formatting():
    spaced = SOURCE.replace("speed + effort,", "speed  +  effort,").replace("}", "}  # both")
    assert spaced != SOURCE
    assert load_reward(spaced).hash == load_reward(SOURCE).hash
    assert load_reward(SOURCE.replace("0.5", "0.6")).hash != load_reward(SOURCE).hash


def test_a_reward_outside_the_language_is_refused_unless_trusted(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE.replace("import numpy as np", "import numpy as np\nimport os"))
    with pytest.raises(RewardInvalid, match=r"(?s)mine\.py.*os"):
        load_reward(path)
    total, _ = load_reward(path, trusted=True)(forward_velocity=VELOCITY, action=ACTION)
    assert total.tolist() == [0.5, -0.5]


@pytest.mark.parametrize("trusted", [False, True])
def test_a_syntax_error_names_file_and_line(tmp_path, trusted):
    path = tmp_path / "broken.py"
    path.write_text("def compute_reward(obs):\n    return (\n")
    with pytest.raises(RewardInvalid, match=r"(?s)broken\.py.*line 2"):
        load_reward(path, trusted=trusted)


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.py cannot be read"):
        load_reward(tmp_path / "nowhere.py")
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read: it is not UTF-8 text"):
        load_reward(tmp_path / "bytes.py")


def test_a_byte_order_mark_is_no_part_of_a_reward(tmp_path):
    (tmp_path / "marked.py").write_bytes(b"\xef\xbb\xbfdef compute_reward(a):\n    return a\n")
    assert reward_text(tmp_path / "marked.py") == "def compute_reward(a):\n    return a\n"


def test_a_missing_signal_is_named():
    with pytest.raises(UsageError, match="takes action"):
        load_reward(SOURCE)(forward_velocity=VELOCITY)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("obs.sum(axis=-1)", "type"),
        ("obs, {}", "shape"),
        ("obs.sum(axis=-1), {'a': obs}", "shape"),
        ("np.sum(obs), {}", "shape"),
        ("obs[99], {}", "error"),
    ],
)
def test_an_answer_of_a_wrong_form_is_a_failed_reward(answer, kind):
    source = f"import numpy as np\n\ndef compute_reward(obs):\n    return {answer}\n"
    with pytest.raises(RewardFailed) as caught:
        load_reward(source, trusted=True)(obs=np.ones((4, 3)))
    assert caught.value.kind == kind


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("X = 1 / 0", "ZeroDivisionError: division by zero"),
        ("X = {[1]: 2}", "TypeError: unhashable type: 'list'"),
        ("raise ValueError('no')", "ValueError: no"),
        ("assert len([1]) == 2, 'two'", "AssertionError: two"),
        ("X = np.zeros(3)[7]", "IndexError"),
    ],
)
def test_a_file_whose_top_level_fails_is_invalid_in_a_sentence(line, words, trusted):
    source = f"{line}\n\ndef compute_reward(x):\n    return x, {{'x': x}}\n"
    with pytest.raises(RewardInvalid, match=f"^its top level fails: {words}"):
        load_reward(source, trusted=trusted)


def test_a_constant_that_is_no_plain_value_is_left_out_of_the_header():
    source = "A = 1\nB = [A]\nC = {(): 2}\n\ndef compute_reward(x):\n    return x, {'x': x}\n"
    assert load_reward(source).header == {"A": 1, "C": {(): 2}}
