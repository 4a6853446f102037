"""Code is found in whatever a model answers, and nothing of it is executed."""

import ast
import html
import json
import time

import pytest

from rewardsmith.proposers.extraction import extract
from rewardsmith.records import Candidate, encode

CODE = '''def compute_reward(speed, action):
    """Go."""
    effort = -0.1 * np.sum(action**2, axis=-1)
    return speed + effort, {"speed": speed, "effort": effort}
'''
INDENTED = "".join(f"    {line}\n" for line in CODE.splitlines())
NUMBERED = list(enumerate(CODE.splitlines(keepends=True), 1))
QUOTED = "".join(f"> {line}\n" for line in CODE.splitlines())


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{CODE}```",
        f"```py\n{CODE}```",
        f"```Python3\n{CODE}```",
        f"```\n{CODE}```",
        f"~~~python\n{CODE}~~~",
        f"````python\n{CODE}````",
        f"Here it is.\n\n```python\n{CODE}```\nI hope that it's good.",
        f"```python\n{CODE}```".replace("\n", "\r\n"),
        f"1. My answer:\n\n    ```python\n{INDENTED}    ```\n",
        f"> ```python\n{QUOTED}> ```\n",
        f"```python\n{INDENTED}```",
        f"```python\n{CODE}",
        CODE,
        f"Here's the function:\n\n{CODE}\nIt's simple, isn't it?\nNote: no more.",
        f"Sure.\n{CODE}Done",
        (
            f"<think>\nMaybe\n```python\ndef compute_reward(a):\n    return a\n```\n</think>\n"
            f"```python\n{CODE}```"
        ),
        f"Let me think of def compute_reward(x)...\n</think>\n```python\n{CODE}```",
        f"<think>unfinished business\n```python\n{CODE}```",
        f"```python\n{CODE}```\nRun it:\n```bash\npython reward.py\n```",
        f"```markdown\n```python\n{CODE}```\n```",
        f"```python\nprint(1)\n```python\n{CODE}```",
        f"\ufeff```python\n{CODE}```",
    ],
)
def test_the_code_is_found(answer):
    extraction = extract(answer)
    assert extraction.failure is None
    assert extraction.source == CODE


@pytest.mark.parametrize(
    "answer",
    [
        "```python\n" + CODE.replace('"speed"', "“speed”") + "```",
        "```python\n" + CODE.replace('"speed"', "‘speed’") + "```",
        f"```python\n{CODE.replace('-0.1 *', '−0.1 ×')}```",
        f"```python\n{CODE.replace('    return', chr(0x3000) * 4 + 'return')}```",
        f"```python\n{CODE.replace('    return', chr(9) + 'return')}```",
        f"```python {CODE}```",
        f"```python\n{CODE.rstrip()}```",
        f'<pre><code class="python">{html.escape(CODE)}</code></pre>',
        f"```python\n{''.join(f'{n:2d} {line}' for n, line in NUMBERED)}```",
        f"```python\n{''.join(f'{n}: {line}' for n, line in NUMBERED)}```",
        "```python\n" + CODE.replace("def ", ">>> def ").replace("\n    ", "\n...     ") + "```",
        "```python\n" + CODE.replace("\n", "\\n") + "```",
        f"<think>The answer is\n```python\n{CODE}```\n</think>",
        f"<think>\n```python\n{CODE}```\n</think>\n\n",
    ],
)
def test_code_that_a_display_or_an_editor_spoiled_is_read_as_it_was_meant(answer):
    assert ast.dump(ast.parse(extract(answer).source)) == ast.dump(
        ast.parse(CODE.replace('"speed"', "'speed'"))
    )


def test_typographic_characters_stay_where_the_code_parses():
    code = CODE.replace('"""Go."""', '"""Go – “fast” × 2."""')
    assert extract(f"```python\n{code}```").source == code


@pytest.mark.parametrize(
    "example",
    [
        "\nprint(compute_reward(np.zeros(3), np.zeros((3, 1))))\n",
        "\ntotal, parts = compute_reward(np.zeros(3), np.zeros((3, 1)))\nprint(total)\n",
        "\nif __name__ == '__main__':\n    print(compute_reward(np.zeros(3), np.zeros((3, 1))))\n",
        "\nfor _ in range(3):\n    compute_reward(np.zeros(3), np.zeros((3, 1)))\n",
    ],
)
def test_what_only_tries_the_reward_out_is_left_out(example):
    assert extract(f"```python\n{CODE}{example}```").source == CODE
    constant = f"{CODE}\n\nSCALE = 2.0\n"
    assert extract(f"```python\n{constant}{example}```").source == constant


def test_the_prose_around_is_the_thought():
    extraction = extract(f"Speed is the aim.\n\n```python\n{CODE}```\n\nEffort is small.")
    assert extraction.thought == "Speed is the aim.\n\nEffort is small."


def test_escaped_code_is_unescaped():
    code = "def compute_reward(x):\n    return np.where(x < 1, x, 0.0), {}\n"
    assert extract(f"```python\n{code.replace('<', '&lt;')}```").source == code


def test_code_in_json_is_found():
    answer = '{"thought": "go", "code": "def compute_reward(x):\\n    return x, {\\"x\\": x}\\n"}'
    expected = 'def compute_reward(x):\n    return x, {"x": x}\n'
    assert extract(answer).source == expected
    assert extract(f"```json\n{answer}\n```").source == expected


def test_helpers_and_constants_of_other_blocks_are_kept_where_they_are_named():
    answer = """First some constants:
```python
import numpy as np
TARGET = 0.5  # metres
UNUSED = 3
```
a helper,
```python
def bump(x):
    return np.exp(-((x - TARGET) ** 2))
```
and the reward.
```python
def compute_reward(height):
    total = bump(height)
    return total, {"bump": total}
```
Use it so:
```python
total, parts = compute_reward(heights)
```
"""
    assert extract(answer).source == (
        "import numpy as np\n\n\nTARGET = 0.5  # metres\n\n\n"
        "def bump(x):\n    return np.exp(-((x - TARGET) ** 2))\n\n\n"
        "def compute_reward(height):\n    total = bump(height)\n"
        '    return total, {"bump": total}\n'
    )


def test_helpers_and_constants_of_the_same_block_stay():
    code = f"SCALE = 2.0\n\n\ndef helper(x):\n    return x * SCALE\n\n\n{CODE}"
    assert extract(f"```python\n{code}```").source == code
    assert extract(f"I do this:\n\n{code}\nGood luck.").source == code


def test_of_several_rewards_the_last_that_parses_is_taken():
    first = CODE.replace("0.1", "0.2")
    broken = "def compute_reward(x):\n    return x +\n"
    answer = f"```python\n{first}```\nBetter:\n```python\n{CODE}```\n```python\n{broken}```"
    assert extract(answer).source == CODE


def test_broken_code_is_left_to_the_critic():
    broken = "def compute_reward(x):\n    return x +\n"
    extraction = extract(f"```python\n{broken}```")
    assert extraction.source == broken
    assert extraction.failure is None


@pytest.mark.parametrize("cut", [True, False])
def test_code_that_was_cut_off_is_a_failure_with_its_reason(cut):
    extraction = extract(f"```python\n{CODE[:-20]}", cut=cut)
    assert extraction.failure is not None
    assert "ends in the middle" in extraction.failure.message
    assert extraction.failure.rule == "no-code"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("I am sorry, I cannot.", "no code"),
        ("```python\nx = 1\n```", "does not define compute_reward"),
        ("```python\ndef reward(x):\n    return x\n```", "there is reward"),
        ("```bash\nls\n```", "no code"),
        ("Call compute_reward with speed.", "no code"),
    ],
)
def test_what_is_missing_is_said(answer, said):
    extraction = extract(answer)
    assert extraction.source == ""
    assert extraction.failure is not None
    assert said in extraction.failure.message


def test_endless_thinking_that_was_cut_off_holds_no_answer():
    extraction = extract(f"<think>\n```python\n{CODE}```", cut=True)
    assert extraction.failure is not None
    assert extraction.source == ""


def test_nothing_is_executed(tmp_path):
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'w')\n{CODE}"
    extract(f"```python\n{code}```\n```python\nopen({str(mark)!r}, 'w')\n```")
    assert not mark.exists()


@pytest.mark.parametrize(
    "answer",
    [
        "<think>" * 30_000,
        "```\n" * 50_000,
        "```python\n" * 20_000,
        "def compute_reward(x):\n" + "oh no\n" * 30_000,
        "def compute_reward(x): return " + "(" * 100_000,
        "def compute_reward(x): return " + "-" * 100_000 + "1",
        "```python\ndef compute_reward(x):\n    return " + "x." * 90_000 + "y\n```",
        "{" * 100_000 + "compute_reward" + "}" * 100_000,
        "&amp;" * 40_000 + "compute_reward",
        "x = 1\n" * 30_000 + CODE,
        "\x00def compute_reward(x): return x",
        "def compute_reward(x):\n"
        + "    a = 1\n" * 15_000
        + "".join(" " * (4 + depth) + "if 1:\n" for depth in range(80)),
        "```python\n" + "".join(f"a{i} = 1\n" for i in range(6_000)) + "```\n```python\n"
        "def compute_reward(x):\n" + "".join(f"    a{i}\n" for i in range(6_000)) + "```",
    ],
)
def test_a_hostile_answer_costs_little(answer):
    started = time.process_time()
    extract(answer)
    assert time.process_time() - started < 5


def test_half_a_character_in_json_never_reaches_a_source():
    answer = json.dumps({"code": "def compute_reward(x):\n    return '\ud800', {}"})
    found = extract(answer)
    assert found.source == "def compute_reward(x):\n    return '?', {}\n"
    assert encode(Candidate(id="a", source=found.source, operator="initial", generation=0, index=0))
